"""The numbers that texts of ps4 quote."""

import functools
import math
import statistics

from convnet_course.reproduction.results_file import TrainingRun
from quoted_numbers.pictures import gradient_at_layer_1, growth_by_a_normalised_layer
from quoted_numbers.quote import Find, Unheld, quotes_of
from quoted_numbers.reasons import READER, SETTING, TIME
from quoted_numbers.sources import blur, combined, computed, last, over_all_seeds, printed, reported

NAME = "ps4_batchnorm"
CNN, MLP = ("ps4-CNN-BN", "ps4-CNN"), ("ps4-MLP-BN", "ps4-MLP")
quote, unheld = quotes_of(NAME), functools.partial(Unheld, NAME)


def first_above_98(run: TrainingRun) -> float:
    return next(epoch for epoch, each in enumerate(run.outcome.accuracies, start=1) if each > 98)


def gain(*finds: Find) -> Find:
    """Return the find of what normalisation gains: the first accuracy less the second."""
    return combined(lambda normalised, plain: normalised - plain, *finds)


def rows(pair: tuple[str, str]) -> list[Find]:
    """Return the finds of a row of ours: two accuracies after 50 epochs, two epochs, means over all seeds."""
    return [over_all_seeds(name, statistics.fmean, of) for of in (last, first_above_98) for name in pair]


def rows_of_the_report(pair: tuple[str, str]) -> list[Find]:
    return [reported(name, figure) for figure in range(2) for name in pair]


def seconds_to_98(row: int) -> Find:
    """Return the find of the seconds until a network of the table, counted from 0, was right on more than 98 %."""
    table = r"(?s)seconds to > 98% *" + "".join(rf"\n{number} +(\d+) *" for number in range(4))
    return printed("ablation-table", table, lambda *seconds: seconds[row])


OURS = {pair: rows(pair)[:2] for pair in (CNN, MLP)}
REPORTED = {pair: [reported(name) for name in pair] for pair in (CNN, MLP)}
HOURS = printed("ablation", "(?s)" + ".*".join([r" in (\d+) s"] * 4), lambda *seconds: sum(seconds) / 3600)
# Of a neuron in the second hidden layer that begins with std = 0.0001
VARIANCE = 100 * 0.0001**2 / 2

QUOTES = (
    quote("title", "took us a {quarter} of an hour", HOURS),
    quote("problem-idea", "√(2/100) ≈ **{0.141}**", computed(lambda: math.sqrt(2 / 100))),
    *(
        quote("problem-caption", "the gradient at layer 1 is {a million} times too large or too small", computed(how))
        for how in (lambda: gradient_at_layer_1(0.282), lambda: 1 / gradient_at_layer_1(0.07))
    ),
    *(
        quote("ablation-idea", f"linear | {{{count}}} |", printed("ablation", rf"{kind} with BN +([\d,]+) parameters"))
        for kind, count in (("CNN", "29,034"), ("MLP", "235,914"))
    ),
    quote(
        "ablation-idea",
        "about {eight} times the parameters of the CNN",
        printed("ablation", r"(?s)CNN with BN +([\d,]+) .*MLP with BN +([\d,]+) ", lambda cnn, mlp: mlp / cnn),
    ),
    quote("ablation-idea", "about a {quarter} of an hour on one core", HOURS),
    quote("ablation-meaning", "| CNN, report | {98.51} % | {98.46} % | {9}, {10} |", *rows_of_the_report(CNN)),
    quote("ablation-meaning", "| CNN, ours | {99.37} % | {99.12} % | {1}, {2} |", *rows(CNN)),
    quote("ablation-meaning", "| MLP, report | {98.30} % | {98.27} % | {3}, {5} |", *rows_of_the_report(MLP)),
    quote("ablation-meaning", "| MLP, ours | {98.42} % | {98.26} % | {4.4}, {7.9} |", *rows(MLP)),
    quote(
        "ablation-meaning",
        "by {0.12} percentage points at 98.5 %, and by {0.10} at 99 %",
        *(computed(lambda accuracy=accuracy: blur(accuracy)) for accuracy in (98.5, 99)),
    ),
    quote(
        "ablation-meaning",
        "({0.05} and {0.03} points) are far smaller than that, and come from single trainings",
        gain(*REPORTED[CNN]),
        gain(*REPORTED[MLP]),
    ),
    quote(
        "ablation-meaning",
        "Our CNN's {0.25} points are twice their blur of {0.12}, and the worst of its five trainings with "
        "normalisation ({99.31} %) is better than the best without ({99.18} %)",
        gain(*OURS[CNN]),
        combined(lambda *both: math.hypot(*map(blur, both)), *OURS[CNN]),
        over_all_seeds(CNN[0], min, last),
        over_all_seeds(CNN[1], max, last),
    ),
    quote(
        "ablation-meaning",
        "Our MLP's {0.16} points are less than their blur of {0.18}, and its trainings overlap ({98.34} to {98.50} % "
        "with, {98.17} to {98.38} % without)",
        gain(*OURS[MLP]),
        combined(lambda *both: math.hypot(*map(blur, both)), *OURS[MLP]),
        *(over_all_seeds(name, how, last) for name in MLP for how in (min, max)),
    ),
    quote(
        "ablation-meaning",
        "means over {five} trainings (the MLP without: over {twenty})",
        over_all_seeds(CNN[0], len, last),
        over_all_seeds(MLP[1], len, last),
    ),
    quote(
        "ablation-meaning",
        "CNN {70} s with, {49} s without; MLP {11} s and {9} s",
        *map(seconds_to_98, range(4)),
    ),
    quote(
        "ablation-idea",
        '1/√(3·inputs): {0.4} times the "just right" of the first picture',
        computed(lambda: math.sqrt(1 / (3 * 100)) / math.sqrt(2 / 100)),
    ),
    quote(
        "overfitting-idea",
        "read {100} % of the images it had been trained on, and {98.3} % of the others (means of {twenty} trainings)",
        over_all_seeds("ps4-MLP", statistics.fmean, lambda run: run.outcome.training_accuracy),
        over_all_seeds("ps4-MLP", statistics.fmean, last),
        over_all_seeds("ps4-MLP", len, last),
    ),
    quote("by-heart", "(epoch {8} in my run)", printed("overfitting", r"(?m)^without .* after epoch (\d+)")),
    quote("by-heart", "1/√20 = {0.22} standard deviations", computed(lambda: 1 / math.sqrt(20))),
    quote(
        "starts-idea",
        "√(2/784) ≈ {0.05} suits the first layer and √(2/100) ≈ {0.14} the others",
        *(computed(lambda inputs=inputs: math.sqrt(2 / inputs)) for inputs in (784, 100)),
    ),
    quote("signal-again-caption", "by about {1.2} per layer", computed(growth_by_a_normalised_layer)),
    quote(
        "benefit",
        "= {5}·10⁻⁷, which is {twenty} times *less* than ε = 10⁻⁵",
        computed(lambda: 1e7 * VARIANCE),
        computed(lambda: 1e-5 / VARIANCE),
    ),
    quote("benefit", "≈ {0.22} instead of 1", computed(lambda: math.sqrt(VARIANCE / 1e-5))),
    quote(
        "conclusion",
        "our CNN ended at {99.37} % with it and at {99.12} % without, our MLP at {98.42} % and {98.26} % (means of "
        "several trainings; the report's single ones: {98.51} % and {98.46} %, {98.30} % and {98.27} %)",
        *(*OURS[CNN], *OURS[MLP], *REPORTED[CNN], *REPORTED[MLP]),
    ),
)
UNHELD = (
    unheld("title", "a little more than two hours of yours", READER),
    unheld("title", "the bad starts two minutes", TIME),
    unheld("ablation-meaning", "epochs to > 98 % (with, without)", SETTING),
    unheld("ablation-meaning", "points at 98.5 %, and by 0.10 at 99 %", SETTING),
    unheld("benefit", "At std = 0.0001 its variance", SETTING),
    unheld("conclusion", "raise the learning rate to 0.1 and to 1", SETTING),
)
