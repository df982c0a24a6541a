"""results.md: the reference figures beside ours, made from results.csv alone."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence

from convnet_course.datasets.mnist import FULL_SIZE
from convnet_course.reproduction.experiment import Experiment, Figure
from convnet_course.reproduction.plots import Plot, plots_with_results
from convnet_course.reproduction.results_file import LEARNT, TrainingRun, results_of

NOT_RUN = "not run yet"
TEST_IMAGES = FULL_SIZE["test"]
# With fewer seeds a percentile says nothing.
FEWEST_SEEDS = 5
INTRODUCTION = """# Reference figures, and ours

What the works that this course builds on report, and what the course's networks reach when they are trained with the
same settings. `SimpleFC`, `SimpleCNN` and the networks of ps5 are the very ones that the checks hold every solution
against; the others are built as [the reference works](references.md) have them. `python -m convnet_course reproduce`
makes this page and its pictures from [results.csv](results.csv) and results_steps.csv, which have one line for every
training; the same command goes on where the last one stopped.
"""
FULL_DATA = """
Data: MNIST, 60,000 training and 10,000 test images, pixels less 0.1307, divided by 0.3081; every image once an epoch,
in an order that the seed decides, as it does the first weights. Accuracies are in percent, losses in nats per image
(the mean over an epoch of training). Ours are the means over all seeds, then the lowest and the highest one. The choice
of 10,000 test images alone blurs an accuracy p by √(p(1 − p)/10,000): 0.14 points at 98 %, 0.27 at 92 %. Seconds are
the median of one training's on each kind of device, evaluation included, on machines that had other work at the same
time. A training that ends below {learnt:g} % has not learnt at all: it is counted and told, and only the mean and the
range leave it out.

The percentile of the reference is the share of our seeds whose figure is lower than the reference's, the same figure
counted half; it is given where there are at least {fewest} seeds. The reference is a single run. If only chance made it
differ from ours, it would lie above all of n seeds, or below all of them, once in n + 1 times each.

Rows that are counted in steps are trained on CIFAR-10, 50,000 training and 10,000 test images; the losses are measured
between steps, with the network in evaluation mode.{origins}
"""
QUICK_DATA = """
**A quick look: one epoch on the bundled part of MNIST, or a few steps on coloured shapes. It shows that the rows run;
no figure here is a result.**
"""


def results_page(experiments: Sequence[Experiment], runs: Sequence[TrainingRun], quick: bool = False) -> str:
    """Return the page.

    Args:
        experiments: all experiments of the page, in order.
        runs: every training that was recorded.
        quick: whether the experiments are those of a quick look.
    """
    parts = [INTRODUCTION, QUICK_DATA if quick else _full_data(runs)]
    for assignment, group in itertools.groupby(experiments, key=lambda experiment: experiment.assignment):
        members = list(group)
        parts.append(f"\n## {assignment}\n\n{_figures_table(members, runs)}")
        trained = [experiment for experiment in members if results_of(experiment, runs)]
        if trained:
            parts.append(f"\n{_trainings_table(trained, runs, quick)}")
        parts.append(_notes(members))
        here = [plot for plot in plots_with_results(experiments, runs) if plot.assignment == assignment]
        parts += [_picture(plot) for plot in here]
    return "".join(parts)


def _full_data(runs: Sequence[TrainingRun]) -> str:
    return FULL_DATA.format(origins=_origins(runs), fewest=FEWEST_SEEDS, learnt=LEARNT)


def _origins(runs: Sequence[TrainingRun]) -> str:
    origins = {run.data: None for run in runs if run.in_steps}
    return f" Ours were trained on {' and on '.join(origins)}." if origins else ""


def _figures_table(experiments: Sequence[Experiment], runs: Sequence[TrainingRun]) -> str:
    head = (
        "| row | figure | reference | ours | range | percentile of the reference | against the reference | seeds |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(
        _figure_line(experiment, figure, results_of(experiment, runs))
        for experiment in experiments
        for figure in experiment.figures
    )


def _figure_line(experiment: Experiment, figure: Figure, results: Sequence[TrainingRun]) -> str:
    about = "≈ " if figure.about else ""
    start = f"| `{experiment.name}` | {figure} | {about}{_number(figure, figure.reference, reference=True)} "
    if not results:
        return f"{start}| {NOT_RUN} | | | | |\n"
    reached = [(value, run.has_learnt) for run in results if (value := run.value(figure)) is not None]
    values = [value for value, learnt in reached if learnt]
    if not values:
        return f"{start}| not reached | | | | {len(results)} |\n"
    span = f"{_number(figure, min(values), whole=True)} to {_number(figure, max(values), whole=True)}"
    place = _percentile(figure, [value for value, _ in reached], len(results))
    mean, verdict = _number(figure, statistics.fmean(values)), _verdict(figure, values)
    return f"{start}| {mean} | {span} | {place} | {verdict} | {_seeds(results, len(reached))} |\n"


def _seeds(results: Sequence[TrainingRun], reached: int) -> str:
    """Return how many seeds there are, and how many of them did not get there or did not learn."""
    idle = sum(not run.has_learnt for run in results)
    parts = [f"{len(results)}"]
    if idle:
        parts.append(f"of which {idle} did not learn")
    elif reached < len(results):
        parts.append(f"of which {reached} got there")
    return ", ".join(parts)


def _number(figure: Figure, value: float, *, reference: bool = False, whole: bool = False) -> str:
    if figure.about and reference:
        return f"{value:g}"
    if figure.measure.endswith("accuracy"):
        return f"{value:.2f}"
    if figure.measure.endswith("loss"):
        return f"{value:.2f}" if reference else f"{value:.3f}"
    return f"{value:.0f}" if reference or whole else f"{value:.1f}"


def _percentile(figure: Figure, values: Sequence[float], seeds: int) -> str:
    """Return the percentage of seeds whose figure is lower than the reference's; the same one counts half.

    Figures are compared at the precision of the reference. A seed that never reached its goal counts as higher.
    """
    if seeds < FEWEST_SEEDS:
        return "–"
    digits = len(_number(figure, figure.reference, reference=True).partition(".")[2])
    rounded = [round(value, digits) for value in values]
    below = sum(value < figure.reference for value in rounded)
    same = sum(value == figure.reference for value in rounded)
    note = {0: " (below all)", seeds: " (above all)"}.get(below, "") if not same else ""
    return f"{100 * (below + same / 2) / seeds:.0f}{note}"


def _verdict(figure: Figure, values: Sequence[float]) -> str:
    """Return by how much our mean beats the reference or falls short of it, at the precision of the figures."""
    digits = 1 if figure.measure.startswith("first") else 2
    gain = statistics.fmean(values) - figure.reference
    gain = round(gain if figure.more_is_better else -gain, digits)
    if gain == 0:
        return "matched"
    if gain > 0:
        return f"better by {gain:.{digits}f}"
    reasons = ", within our range" if min(values) <= figure.reference <= max(values) else ""
    if figure.measure.endswith("test accuracy") and -gain < blur(figure.reference):
        reasons += ", less than the test set's blur"
    return f"short by {-gain:.{digits}f}{reasons}"


def blur(accuracy: float) -> float:
    """Return the standard deviation, in points, that the choice of the test images alone gives an accuracy in percent.

    It is that of a binomial variable: √(p(1 − p)/N).
    """
    share = accuracy / 100
    return 100 * math.sqrt(share * (1 - share) / TEST_IMAGES)


def _trainings_table(experiments: Sequence[Experiment], runs: Sequence[TrainingRun], quick: bool) -> str:
    head = "| row | settings | trained for | seeds | seconds | device | command |\n|---|---|---|---|---|---|---|\n"
    return head + "".join(_training_line(experiment, results_of(experiment, runs), quick) for experiment in experiments)


def _training_line(experiment: Experiment, results: Sequence[TrainingRun], quick: bool) -> str:
    devices = sorted({run.device for run in results})
    seconds = "; ".join(
        f"{statistics.median(run.outcome.seconds for run in results if run.device == device):.1f}" for device in devices
    )
    seeds = _spans([run.seed for run in results])
    count = max(run.seed for run in results) + 1
    command = f"`python -m convnet_course reproduce {experiment.name} --seeds {count}{' --quick' if quick else ''}`"
    start = f"| `{experiment.name}` | {experiment.settings} | {experiment.length}"
    return f"{start} | {seeds} | {seconds} | {'; '.join(devices)} | {command} |\n"


def _spans(numbers: Sequence[int]) -> str:
    """Return ascending numbers for people, three and more in a row by the first and the last: “0 to 4, 7”."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    parts = ([f"{span[0]} to {span[-1]}"] if len(span) > 2 else [str(number) for number in span] for span in spans)
    return ", ".join(itertools.chain.from_iterable(parts))


def _notes(experiments: Sequence[Experiment]) -> str:
    notes: dict[str, list[str]] = {}
    for experiment in experiments:
        if experiment.note:
            notes.setdefault(experiment.note, []).append(f"`{experiment.name}`")
    return "".join(f"\n- {', '.join(names)}: {note}" for note, names in notes.items()) + ("\n" if notes else "")


def _picture(plot: Plot) -> str:
    return f"\n![{plot.caption}]({plot.name})\n\n*{plot.caption}*\n"
