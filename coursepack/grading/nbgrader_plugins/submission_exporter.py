"""Read a submission for nbgrader, in the one part of `Autograde` that reads files and that a configuration can replace.

In `nbgrader_config.py`: `c.Autograde.exporter_class = SubmissionExporter`. nbgrader reads with `nbformat.read` before
any preprocessor runs, and a `timestamp.txt` before the notebook; both fail, or misread, what ours can read.
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
    """Read a submitted notebook as `coursepack grade` does: strip it, repair it, and report what was repaired.

    Its time of hand-in is read by our rules too: nbgrader reads 11:30 PM as the morning and +0530 as 530 seconds, and
    stops the whole batch at a text that is not a time.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._notes: tuple[str, ...] = ()
        folders = getattr(self.parent, "coursedir", None)
        if folders is not None:
            folders.get_existing_timestamp = _time_of

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[Any, Any]:
        """Convert a notebook: a submission in `Autograde`'s first step, its result in the second."""
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
    """Rewrite the copied `timestamp.txt` so that every nbgrader command reads it correctly, or remove it."""
    if copied.is_file():
        moment = moment_of(copied.parent)
        copied.unlink()
        if moment:
            copied.write_text(written(moment), encoding="ascii")


def _time_of(folder: str) -> datetime.datetime | None:
    return moment_of(Path(folder))
