"""Does `python -m convnet_course reproduce` train what is missing, once, and keep quick looks out of docs/?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from convnet_course.__main__ import main
from convnet_course.reproduction import command
from convnet_course.reproduction.experiment import Experiment, Stage
from convnet_course.reproduction.experiments import select_experiments
from convnet_course.reproduction.images import Data, Split
from convnet_course.reproduction.results_file import read_runs
from convnet_course.reproduction.train import Outcome, accuracy, load_mnist, train
from coursepack.course import Course

(SIMPLE,) = select_experiments(["SimpleFC"])


@pytest.fixture(scope="module")
def mini(repository: Course) -> Data:
    return load_mnist(repository.root / "data" / "mnist_mini", torch.device("cpu"))


def run(monkeypatch: pytest.MonkeyPatch, course: Course, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["coursepack", "reproduce", *arguments, "--course", str(course.root)])
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.chdir(course.root)
    with pytest.raises(SystemExit) as exit_:
        main()
    return int(exit_.value.code or 0)


def pretend_full(monkeypatch: pytest.MonkeyPatch, course: Course) -> list[tuple[str, int]]:
    """Let the mini set pass for the full one and training take no time; return what is trained, as it happens."""
    trained: list[tuple[str, int]] = []

    def at_once(experiment: Experiment, seed: int, *_: object) -> Outcome:
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append((experiment.name, seed))
        return Outcome((0.5,) * experiment.epochs, (90.0,) * experiment.epochs, 90.0, 1.0)

    monkeypatch.setattr(command, "data_root", lambda *_: course.root / "data" / "mnist_mini")
    monkeypatch.setattr(command, "train", at_once)
    return trained


def test_does_a_seed_decide_the_training(mini: Data) -> None:
    experiment = SIMPLE.quick()
    runs = [train(experiment, seed, mini) for seed in (0, 0, 1)]
    assert runs[0].losses == runs[1].losses != runs[2].losses
    assert runs[0].accuracies == runs[1].accuracies
    assert runs[0].accuracies[-1] > 70


def test_does_every_stage_train_at_its_own_rate(mini: Data) -> None:
    few = Data("a few", Split(mini.train.images[:100], mini.train.labels[:100]), mini.test)
    still = Experiment("x", "x", "x", (), SIMPLE.build, (Stage(1, 0.1), Stage(2, 0.0)))
    outcome = train(still, 0, few)
    assert len(outcome.accuracies) == 3
    assert outcome.accuracies[0] == outcome.accuracies[1] == outcome.accuracies[2]
    moving = Experiment("x", "x", "x", (), SIMPLE.build, (Stage(1, 0.1), Stage(2, 0.1)))
    assert train(moving, 0, few).losses[2] < outcome.losses[2]


def test_is_accuracy_measured_without_dropout(mini: Data) -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10), torch.nn.Dropout(0.9))
    assert accuracy(model, mini.test) == accuracy(model, mini.test)
    assert not model.training


def test_does_a_quick_look_stay_out_of_docs(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, course, "SimpleFC", "--quick", "--device", "cpu", "--into", str(tmp_path / "look")) == 0
    assert "results.md" in capsys.readouterr().out
    assert not (course.root / "docs").exists()
    page = (tmp_path / "look" / "results.md").read_text(encoding="utf-8")
    assert "no figure here is a result" in page
    assert "| `SimpleFC` | test accuracy, epoch 5 | 92.10 | not reached |" in page
    (only,) = read_runs(tmp_path / "look" / "results.csv")
    assert len(only.outcome.accuracies) == 1
    assert only.images == 3_000


def test_is_a_quick_look_into_docs_refused(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, course, "--quick", "--into", "docs") == 2
    assert "never writes where results are kept" in capsys.readouterr().err


def test_is_the_mini_set_alone_refused(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, course, "SimpleFC") == 2
    said = capsys.readouterr().err
    assert "for the full MNIST" in said
    assert "--quick" in said
    assert not (course.root / "docs").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("nonsense",), "there is no experiment"), (("--device", "abacus"), "cannot use the device")],
)
def test_is_a_mistake_told_in_one_message(
    course: Course,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    assert run(monkeypatch, course, *arguments) == 2
    assert says in capsys.readouterr().err


def test_does_the_same_command_go_on_where_it_was_stopped(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trained = pretend_full(monkeypatch, course)
    arguments = ("SimpleFC", "SimpleCNN", "--seeds", "2", "--device", "cpu")
    assert run(monkeypatch, course, *arguments) == command.INTERRUPTED
    assert "goes on where this one stopped" in capsys.readouterr().out
    assert "| 90.00 |" in (course.root / "docs" / "results.md").read_text(encoding="utf-8")
    trained[:] = trained[:0]
    assert run(monkeypatch, course, *arguments) == 0
    assert trained == [("SimpleCNN", 1)]
    assert "3 of 4 trainings are recorded already" in capsys.readouterr().out
    assert [(run.experiment, run.seed) for run in read_runs(course.root / "docs" / "results.csv")] == [
        ("SimpleFC", 0),
        ("SimpleFC", 1),
        ("SimpleCNN", 0),
        ("SimpleCNN", 1),
    ]
