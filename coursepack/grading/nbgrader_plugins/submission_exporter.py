"""Read a submission for nbgrader: the one part of `Autograde` that a configuration may replace and that reads files.

In `nbgrader_config.py`: `c.Autograde.exporter_class = SubmissionExporter`. nbgrader reads with `nbformat.read` before
any preprocessor runs, and a `timestamp.txt` before it reads the notebook; both give up, or go wrong, where ours do not.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter

from coursepack.grading.nbgrader_plugins.notes import NOTES, take_down
from coursepack.grading.submission.sanitize import read_submission
from coursepack.grading.submission.timestamps import NAME, moment_of, written


class SubmissionExporter(NotebookExporter):
    """Reads a handed-in notebook as `coursepack grade` does: slimmed, repaired, told.

    Its times of hand-in are read by our rules too: nbgrader takes 11:30 PM for the morning and +0530 for 530 seconds,
    and ends the whole batch at a text that is no time.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._notes: tuple[str, ...] = ()
        folders = getattr(self.parent, "coursedir", None)
        if folders is not None:
            folders.get_existing_timestamp = _time_of

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[Any, Any]:
        """Convert a notebook: a submission in `Autograde`'s first step, what came of it in the second."""
        if not getattr(self.parent, "_sanitizing", False):
            resources[NOTES] = self._notes
            _rewrite_time(Path(filename).with_name(NAME))
            return super().from_filename(filename, resources=resources, **options)
        read = read_submission(Path(filename))
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        take_down(self.log, resources, read.notes)
        converted: tuple[Any, Any]
        converted = self.from_notebook_node(read.notebook, resources=resources, **options)  # type: ignore[no-untyped-call]
        self._notes = converted[1].get(NOTES, ())
        return converted


def _rewrite_time(copied: Path) -> None:
    """Let the copied `timestamp.txt` be one that every nbgrader command reads rightly, or none."""
    if copied.is_file():
        moment = moment_of(copied.parent)
        copied.unlink()
        if moment:
            copied.write_text(written(moment), encoding="ascii")


def _time_of(folder: str) -> datetime.datetime | None:
    return moment_of(Path(folder))
