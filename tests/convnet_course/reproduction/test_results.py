"""Does the page say what was measured, and nothing else?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from convnet_course.reproduction.experiment import Experiment, Figure
from convnet_course.reproduction.experiments import EXPERIMENTS, select_experiments
from convnet_course.reproduction.page import NOT_RUN, blur, results_page
from convnet_course.reproduction.plots import PLOTS, draw_plots, plots_with_results
from convnet_course.reproduction.results_file import (
    COLUMNS,
    TrainingRun,
    append_result,
    append_run,
    read_results,
    read_runs,
    results_of,
)
from convnet_course.reproduction.train import Outcome
from coursepack.course import Course
from coursepack.errors import CoursepackError

SIMPLE, BLOCKS, ABLATION = select_experiments(["SimpleFC", "ConvMaxPoolNetwork", "ps4-MLP"])
DEEP, CONV_NET = select_experiments(["ps3-DeepMLP", "ConvNet"])


def run(
    experiment: Experiment, seed: int, last: float, *, losses: tuple[float, ...] = (0.5, 0.4, 0.3, 0.2, 0.125)
) -> TrainingRun:
    outcome = Outcome(losses, (80.0, 85.0, 90.0, 97.0, last), 99.0, 12.34)
    return TrainingRun(experiment.name, seed, experiment.settings, 60_000, "cpu, 1 thread", "2.15.0", outcome)


def step_run(
    experiment: Experiment, seed: int, *accuracies: float, data: str = "CIFAR-10 as JPEG copies"
) -> TrainingRun:
    losses = tuple(2 - number / 10 for number in range(len(accuracies)))
    outcome = Outcome(losses, accuracies, 60.0, 1234.5, tuple(loss + 0.1 for loss in losses), (60.0,) * len(accuracies))
    return TrainingRun(experiment.name, seed, experiment.settings, 50_000, "cpu, 1 thread", "2.15.0", outcome, data)


def cells(page: str, experiment: str, figure: str) -> list[str]:
    (found,) = [text for text in page.splitlines() if text.startswith(f"| `{experiment}` | {figure} |")]
    return [cell.strip() for cell in found.strip("|").split("|")][2:]


def test_is_our_figure_the_mean_with_its_range() -> None:
    page = results_page(EXPERIMENTS, [run(SIMPLE, 0, 92.0), run(SIMPLE, 1, 92.5)])
    found = cells(page, "SimpleFC", "test accuracy, epoch 5")
    assert found == ["92.10", "92.25", "92.00 to 92.50", "–", "better by 0.15", "2"]


@pytest.mark.parametrize(
    ("reached", "verdict"),
    [
        ((92.1,), "matched"),
        ((92.0,), "short by 0.10, less than the test set's blur"),
        ((91.8,), "short by 0.30"),
        ((91.0, 92.2), "short by 0.50, within our range"),
        ((92.3, 92.5), "better by 0.30"),
    ],
)
def test_does_the_page_say_by_how_much_we_fall_short(reached: tuple[float, ...], verdict: str) -> None:
    page = results_page(EXPERIMENTS, [run(SIMPLE, seed, value) for seed, value in enumerate(reached)])
    assert cells(page, "SimpleFC", "test accuracy, epoch 5")[4] == verdict


@pytest.mark.parametrize(
    ("reached", "percentile"),
    [
        ((92.0, 92.05, 92.09, 92.2, 92.3), "60"),
        ((92.0, 92.1, 92.1, 92.2, 92.3), "40"),
        ((92.0,) * 5, "100 (above all)"),
        ((92.2,) * 6, "0 (below all)"),
        ((92.1,) * 5, "50"),
        ((92.0,) * 4, "–"),
    ],
)
def test_where_does_the_reference_stand_among_our_seeds(reached: tuple[float, ...], percentile: str) -> None:
    page = results_page(EXPERIMENTS, [run(SIMPLE, seed, value) for seed, value in enumerate(reached)])
    assert cells(page, "SimpleFC", "test accuracy, epoch 5")[3] == percentile


def test_is_a_percentile_taken_at_the_precision_of_the_reference() -> None:
    runs = [run(BLOCKS, seed, 97.0, losses=(loss, 0.2, 0.2, 0.2, 0.1)) for seed, loss in enumerate((0.244, 0.236) * 3)]
    assert cells(results_page(EXPERIMENTS, runs), "ConvMaxPoolNetwork", "training loss, epoch 1")[3] == "50"


def test_does_a_seed_that_never_gets_there_count_as_late() -> None:
    runs = [run(ABLATION, seed, last) for seed, last in enumerate((98.5, 97.0, 97.0, 97.0, 97.0))]
    assert cells(results_page(EXPERIMENTS, runs), "ps4-MLP", "first epoch above 98 %")[3] == "10"


def test_is_the_blur_the_one_that_the_page_names() -> None:
    assert [round(blur(accuracy), 2) for accuracy in (98, 92)] == [0.14, 0.27]


def test_is_a_lower_loss_better() -> None:
    page = results_page(EXPERIMENTS, [run(BLOCKS, 0, 97.0)])
    assert cells(page, "ConvMaxPoolNetwork", "training loss, epoch 1") == [
        "0.24",
        "0.500",
        "0.500 to 0.500",
        "–",
        "short by 0.26",
        "1",
    ]
    page = results_page(EXPERIMENTS, [run(BLOCKS, 0, 97.0, losses=(0.2, 0.1, 0.1, 0.1, 0.05))])
    assert cells(page, "ConvMaxPoolNetwork", "training loss, epoch 5")[4] == "better by 0.06"


def test_is_a_goal_that_was_missed_told() -> None:
    figure = Figure("first epoch above 98 %", 5)
    assert run(ABLATION, 0, 98.01).value(figure) == 5
    assert run(ABLATION, 0, 98.0).value(figure) is None
    page = results_page(EXPERIMENTS, [run(ABLATION, 0, 98.5), run(ABLATION, 1, 97.0)])
    found = cells(page, "ps4-MLP", "first epoch above 98 %")
    assert found == ["5", "5.0", "5 to 5", "–", "matched", "2, of which 1 got there"]
    page = results_page(EXPERIMENTS, [run(ABLATION, 0, 97.0)])
    assert cells(page, "ps4-MLP", "first epoch above 98 %")[1] == "not reached"


def test_does_a_row_that_was_not_run_say_so() -> None:
    page = results_page(EXPERIMENTS, [run(SIMPLE, 0, 92.0)])
    figures = sum(len(experiment.figures) for experiment in EXPERIMENTS)
    assert page.count(f"| {NOT_RUN} |") == figures - 1
    assert cells(page, "ConvNet", "test accuracy")[:2] == ["≈ 76", NOT_RUN]


def test_is_a_peak_the_best_on_the_way() -> None:
    page = results_page(EXPERIMENTS, [step_run(DEEP, 0, 50.0, 54.5, 53.0), step_run(DEEP, 1, 50.0, 53.5, 53.0)])
    found = cells(page, "ps3-DeepMLP", "peak test accuracy")
    assert found == ["54.00", "54.00", "53.50 to 54.50", "–", "matched", "2"]


def test_is_the_test_loss_the_last_one() -> None:
    page = results_page(EXPERIMENTS, [step_run(CONV_NET, 0, 70.0, 75.875, 76.0)])
    assert cells(page, "ConvNet", "test loss")[1] == "1.900"
    assert cells(page, "ConvNet", "test accuracy")[:2] == ["≈ 76", "76.00"]
    assert "| 5,000 steps | 0 | 1234.5 |" in page


def test_does_the_page_say_what_ours_were_trained_on() -> None:
    assert "Ours were" not in results_page(EXPERIMENTS, [run(SIMPLE, 0, 92.0)])
    page = results_page(EXPERIMENTS, [step_run(DEEP, 0, 54.0), step_run(CONV_NET, 0, 76.0)])
    assert "Ours were trained on CIFAR-10 as JPEG copies." in page


def test_are_results_with_other_settings_left_out() -> None:
    other = dataclasses.replace(run(SIMPLE, 0, 92.0), settings=SIMPLE.quick().settings)
    assert results_of(SIMPLE, [other]) == []
    assert f"| {NOT_RUN} |" in results_page([SIMPLE], [other])


def test_does_a_seed_count_once() -> None:
    assert results_of(SIMPLE, [run(SIMPLE, 0, 92.0), run(SIMPLE, 0, 93.0)]) == [run(SIMPLE, 0, 92.0)]


def test_is_the_command_the_one_that_makes_these_seeds() -> None:
    page = results_page(EXPERIMENTS, [run(SIMPLE, 0, 92.0), run(SIMPLE, 2, 92.0)])
    assert "| 0, 2 | 12.3 | cpu, 1 thread | `python -m convnet_course reproduce SimpleFC --seeds 3` |" in page


def test_do_the_seconds_of_one_slow_training_not_count_for_all() -> None:
    runs = [run(SIMPLE, seed, 92.0) for seed in range(3)]
    runs[1] = dataclasses.replace(runs[1], outcome=dataclasses.replace(runs[1].outcome, seconds=900.0))
    assert "| 0 to 2 | 12.3 | cpu, 1 thread |" in results_page(EXPERIMENTS, runs)


def test_has_each_device_seconds_of_its_own() -> None:
    fast = dataclasses.replace(run(SIMPLE, 4, 92.0), device="GPU")
    fast = dataclasses.replace(fast, outcome=dataclasses.replace(fast.outcome, seconds=2.0))
    page = results_page(EXPERIMENTS, [*(run(SIMPLE, seed, 92.0) for seed in (0, 1, 2)), fast])
    assert "| 0 to 2, 4 | 2.0; 12.3 | GPU; cpu, 1 thread |" in page


def test_is_a_training_that_did_not_learn_told_and_left_out_of_the_mean() -> None:
    runs = [run(BLOCKS, seed, accuracy) for seed, accuracy in enumerate((97.0, 98.0, 11.35, 97.0, 98.0))]
    found = cells(results_page(EXPERIMENTS, runs), "ConvMaxPoolNetwork", "test accuracy, epoch 5")
    verdict = "better by 0.47"
    assert found == ["97.03", "97.50", "97.00 to 98.00", "60", verdict, "5, of which 1 did not learn"]
    found = cells(results_page(EXPERIMENTS, [runs[2]]), "ConvMaxPoolNetwork", "test accuracy, epoch 5")
    assert found[1] == "not reached"


def test_does_the_file_give_back_what_was_written(tmp_path: Path) -> None:
    path, written = tmp_path / "results.csv", [run(SIMPLE, 0, 92.0), run(BLOCKS, 3, 97.0)]
    for each in written:
        append_run(path, each)
    assert [each.cells() for each in read_runs(path)] == [each.cells() for each in written]
    assert path.read_text(encoding="utf-8").count(COLUMNS[2]) == 1
    assert read_runs(tmp_path / "none.csv") == []


def test_does_a_row_in_steps_give_back_what_was_written(tmp_path: Path) -> None:
    written = [run(SIMPLE, 0, 92.0), step_run(DEEP, 0, 50.0, 54.0), step_run(DEEP, 1, 51.0, 55.0, data="x, y")]
    for each in written:
        append_result(tmp_path, each)
    assert [each.cells() for each in read_results(tmp_path)] == [each.cells() for each in written]
    assert [each.data for each in read_results(tmp_path)] == [each.data for each in written]
    assert {path.name for path in tmp_path.iterdir()} == {"results.csv", "results_steps.csv"}


def test_is_a_line_with_a_cell_too_many_damaged(tmp_path: Path) -> None:
    append_run(tmp_path / "results.csv", step_run(DEEP, 0, 50.0))
    with pytest.raises(CoursepackError, match="a damaged line"):
        read_results(tmp_path)


@pytest.mark.parametrize("damage", ["SimpleFC,0\n", "SimpleFC,zero,s,1,d,t,1,0.5,90,90\n"])
def test_is_a_damaged_line_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "results.csv"
    append_run(path, run(SIMPLE, 0, 92.0))
    with path.open("a", encoding="utf-8") as file:
        file.write(damage)
    with pytest.raises(CoursepackError, match=r"results\.csv, line 3: a damaged line"):
        read_runs(path)


def test_is_a_foreign_file_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text("name,score\n", encoding="utf-8")
    with pytest.raises(CoursepackError, match="columns"):
        read_runs(path)


def test_are_pictures_drawn_for_what_was_trained_only(tmp_path: Path) -> None:
    runs = [run(ABLATION, seed, 97.0) for seed in range(2)]
    draw_plots(EXPERIMENTS, runs, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results_batchnorm.png"]
    page = results_page(EXPERIMENTS, runs)
    assert [plot.name for plot in PLOTS if f"({plot.name})" in page] == ["results_batchnorm.png"]


def test_is_a_picture_of_steps_drawn(tmp_path: Path) -> None:
    runs = [step_run(DEEP, seed, 50.0, 54.0, 53.0) for seed in range(2)]
    draw_plots(EXPERIMENTS, runs, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results_backprop_deep.png"]
    assert "training images (broken)" in results_page(EXPERIMENTS, runs)


def test_does_every_picture_show_rows_of_its_own_section() -> None:
    sections = {experiment.name: experiment.assignment for experiment in EXPERIMENTS}
    assert [name for plot in PLOTS for name in plot.experiments if sections[name] != plot.assignment] == []


def test_is_the_page_in_docs_made_from_the_measurements(repository: Course) -> None:
    docs = repository.root / "docs"
    runs = read_results(docs)
    assert (docs / "results.md").read_text(encoding="utf-8") == results_page(EXPERIMENTS, runs)
    assert {(each.in_steps, each.images) for each in runs} <= {(False, 60_000), (True, 50_000)}
    pictures = {plot.name for plot in plots_with_results(EXPERIMENTS, runs)}
    assert {path.name for path in docs.glob("results_*.png")} == pictures
    assert all((docs / name).stat().st_size <= 200_000 for name in pictures)
