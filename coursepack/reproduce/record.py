"""results.csv: one line for every training, appended as soon as it ends, so that a run can be stopped and continued."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursepack.errors import CoursepackError
from coursepack.reproduce.rows import LAST, Figure, Row
from coursepack.reproduce.train import Outcome

NAME = "results.csv"
COLUMNS = (
    *("row", "seed", "settings", "training images", "device", "torch", "seconds"),
    *("training loss per epoch", "test accuracy per epoch (%)", "training accuracy (%)"),
)
GOAL = 98.0


@dataclass(frozen=True)
class Line:
    """One training as results.csv holds it; `settings` are the row's when it was trained."""

    row: str
    seed: int
    settings: str
    images: int
    device: str
    torch: str
    outcome: Outcome

    def cells(self) -> list[str]:
        """Return the cells of the CSV file, in the order of `COLUMNS`."""
        losses = " ".join(f"{loss:.4f}" for loss in self.outcome.losses)
        accuracies = " ".join(f"{value:.2f}" for value in self.outcome.accuracies)
        measured = [f"{self.outcome.seconds:.1f}", losses, accuracies, f"{self.outcome.training_accuracy:.2f}"]
        return [self.row, str(self.seed), self.settings, str(self.images), self.device, self.torch, *measured]

    @classmethod
    def parse(cls, cells: Sequence[str]) -> Line:
        """Return the line that these cells hold.

        Raises:
            ValueError: they are too few or too many, or hold no number where one belongs.
        """
        row, seed, settings, images, device, torch, seconds, losses, accuracies, training_accuracy = cells
        per_epoch = [tuple(float(value) for value in cell.split()) for cell in (losses, accuracies)]
        outcome = Outcome(per_epoch[0], per_epoch[1], float(training_accuracy), float(seconds))
        return cls(row, int(seed), settings, int(images), device, torch, outcome)

    def value(self, figure: Figure) -> float | None:
        """Return what this training reached, or None if it never got there."""
        if figure.measure == "first epoch above 98 %":
            above = (number for number, each in enumerate(self.outcome.accuracies, start=1) if each > GOAL)
            return next(above, None)
        if figure.measure == "training accuracy":
            return self.outcome.training_accuracy
        series = {"test accuracy": self.outcome.accuracies, "training loss": self.outcome.losses}
        values = series.get(figure.measure, ())
        if figure.epoch == LAST:
            return values[-1] if values else None
        return values[figure.epoch - 1] if figure.epoch <= len(values) else None


def read_lines(path: Path) -> list[Line]:
    """Return all lines of a results.csv; none if there is no such file.

    Raises:
        CoursepackError: the file is not one that this command wrote, or a line is damaged.
    """
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines()) if text else [list(COLUMNS)]
    if tuple(header) != COLUMNS:
        remedy = "move it away; the command then starts a new one"
        raise CoursepackError("its columns are not those of this command", where=str(path), remedy=remedy)
    lines = []
    for number, cells in enumerate(rows, start=2):
        try:
            lines.append(Line.parse(cells))
        except ValueError as error:
            remedy = "delete the line: its training is then done again"
            raise CoursepackError("a damaged line", where=f"{path}, line {number}", remedy=remedy) from error
    return lines


def append_line(path: Path, line: Line) -> None:
    """Append a training, in one write so that a run that is stopped leaves no half line."""
    buffer = io.StringIO()
    new = not path.exists() or not path.stat().st_size
    csv.writer(buffer, lineterminator="\n").writerows(itertools.chain([COLUMNS] if new else [], [line.cells()]))
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(buffer.getvalue())


def results_of(row: Row, lines: Sequence[Line]) -> list[Line]:
    """Return a row's trainings with its present settings, one for each seed (the first), by seed."""
    if not row.build:
        return []
    by_seed: dict[int, Line] = {}
    for line in lines:
        if (line.row, line.settings) == (row.name, row.settings):
            by_seed.setdefault(line.seed, line)
    return [by_seed[seed] for seed in sorted(by_seed)]
