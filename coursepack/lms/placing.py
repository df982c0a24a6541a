"""Place submissions into `submitted/`, so that nothing that was there is lost."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursepack.grading.submission.timestamps import NAME as TIMESTAMP
from coursepack.grading.submission.timestamps import moment_of, written
from coursepack.grading.workspace import Workspace
from coursepack.lms.attempt import HandedFile, Submission
from coursepack.lms.collected import Origin, attempts_folder, digest_of, lms_folder
from coursepack.local_time import local_time
from coursepack.settings import read_settings


@dataclass(frozen=True)
class Arrival:
    """A submission that has come in.

    Attributes:
        student: whose it is.
        submission: its files.
        moment: when it was handed in, in UTC; None if that is not known.
        origin: where it came from.
    """

    student: str
    submission: Submission
    moment: datetime.datetime | None
    origin: Origin


def place(workspace: Workspace, arrival: Arrival, before: Origin | None, *, dry_run: bool) -> tuple[str, bool]:
    """Place a submission, unless a newer one is there; keep whatever it replaces.

    Args:
        workspace: the assignment's workspace.
        arrival: the submission.
        before: where the one that is there came from, if it was collected.
        dry_run: write nothing.

    Returns:
        What was done, and whether the submission is now the one that is there.
    """
    target = workspace.folder("submitted", arrival.student)
    present = _files_of(target)
    if not present:
        _write(workspace, arrival, target, dry_run=dry_run)
        return "new", True
    time, present = present.pop(TIMESTAMP, None), present
    if digest_of(present) == digest_of(arrival.submission.files):
        return _same(workspace, arrival, time, dry_run=dry_run), True
    if _is_older(arrival, target, before):
        _keep(workspace, arrival.student, arrival.submission.files, dry_run=dry_run)
        return "a newer one is there and stays; this one is kept among the attempts", False
    _keep(workspace, arrival.student, _files_of(target), dry_run=dry_run)
    _write(workspace, arrival, target, dry_run=dry_run)
    return "replaces the one that was there, which is kept among the attempts", True


def keep_earlier(workspace: Workspace, student: str, earlier: list[HandedFile], *, dry_run: bool) -> None:
    """Keep a student's earlier notebooks, a folder each."""
    for one in earlier:
        _keep(workspace, student, {Path(one.named.path).name: one.stored}, dry_run=dry_run)


def _same(workspace: Workspace, arrival: Arrival, time: Path | None, *, dry_run: bool) -> str:
    """Write the time if there was none; an instructor's own time stays."""
    target = workspace.folder("submitted", arrival.student)
    if arrival.moment is None or moment_of(target) == arrival.moment:
        return "unchanged"
    if time is not None:
        said = local_time(arrival.moment, read_settings(workspace.course.root).time_zone)
        return f"unchanged; its timestamp.txt stays, though the LMS says {said}"
    if not dry_run:
        _write_time(target, arrival.moment)
    return "unchanged, but for its time of hand-in"


def _is_older(arrival: Arrival, target: Path, before: Origin | None) -> bool:
    """Return whether the submission that is there is newer than the one that arrives."""
    there = moment_of(target)
    if there and arrival.moment and there != arrival.moment:
        return there > arrival.moment
    return before is not None and 0 < arrival.origin.attachment < before.attachment


def _files_of(folder: Path) -> dict[str, Path]:
    """Return a folder's ordinary files by relative path."""
    if not folder.is_dir():
        return {}
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): path for path in found}


def _write(workspace: Workspace, arrival: Arrival, target: Path, *, dry_run: bool) -> None:
    """Write a submission's folder, completely or not at all."""
    if dry_run:
        return
    scratch = lms_folder(workspace.course, workspace.assignment)
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        fresh = Path(folder) / "fresh"
        _copy(arrival.submission.files, fresh)
        if arrival.moment:
            _write_time(fresh, arrival.moment)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target.rename(Path(folder) / "old")
        shutil.move(fresh, target)


def _keep(workspace: Workspace, student: str, files: Mapping[str, Path], *, dry_run: bool) -> None:
    """Keep files in a folder of their own among the student's attempts."""
    digest = digest_of(files)
    folder = attempts_folder(workspace.course, workspace.assignment, student) / digest[:12]
    if not dry_run and not folder.is_dir():
        draft = folder.with_name(f".{folder.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        _copy(files, draft)
        draft.rename(folder)


def _copy(files: Mapping[str, Path], folder: Path) -> None:
    for name, stored in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(stored, folder / name)


def _write_time(folder: Path, moment: datetime.datetime) -> None:
    (folder / TIMESTAMP).write_text(f"{written(moment)}\n", encoding="ascii")
