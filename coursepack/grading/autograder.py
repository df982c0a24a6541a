"""Grade one submission: `nbgrader autograde` in a process of its own, on a working copy.

Working copies make a run whole or nothing: what lies in `autograded/` changes only after nbgrader has finished.
"""

from __future__ import annotations

import glob
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from coursepack.grading.desk import Desk, Record, digest
from coursepack.grading.intake import Intake, UnreadableError, take_in

ATTEMPTS = 3
# A submission as a whole gets as much time as this many cells that run into their time-out, plus the start.
TIMED_OUT_CELLS = 10
START_SECONDS = 120
_ERROR_LINE = re.compile(r"^(?:[\w]+\.)*(?P<name>\w*(?:Error|Exception|Entry))\b:? ?(?P<text>.*)$")
_REASONS = {
    "DeadKernelError": "its kernel died: out of memory, or its code ended the process",
    "CellTimeoutError": "a cell ran on although it was interrupted at its time-out",
}


class StoppedError(Exception):
    """The class run was stopped while this submission was being graded."""


@dataclass
class Autograder:
    """Grades submissions of one assignment.

    Attributes:
        desk: the assignment's desk.
        released: the assignment's student version.
        timeout: seconds a cell may take; None for the course's setting.
        stop: set to end all running gradings.
    """

    desk: Desk
    released: NotebookNode
    timeout: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def grade(self, student: str) -> Record:
        """Grade a student's submission and return the note that was kept on it.

        Raises:
            StoppedError: `stop` was set; nothing has changed then.
        """
        notebook = self.desk.notebook("submitted", student)
        submission, source = digest(notebook), digest(self.desk.source)
        try:
            intake = take_in(notebook, self.released)
            problem = self._run(student, intake)
            notes = intake.notes + unreadable_time(self.desk, student)
            record = Record(submission, source, problem, notes)
        except UnreadableError as error:
            record = Record(submission, source, str(error))
        if record.problem:
            give_no_points(self.desk, student)
        self.desk.write_record(student, record)
        return record

    def _run(self, student: str, intake: Intake) -> str:
        """Run nbgrader, again where the gradebook was locked; return the problem or an empty string."""
        self.desk.workshop.mkdir(parents=True, exist_ok=True)
        problem = ""
        for attempt in range(1, ATTEMPTS + 1):
            with tempfile.TemporaryDirectory(dir=self.desk.workshop) as scratch:
                room = Path(scratch)
                self._lay_out(student, intake, room)
                problem = self._autograde(student, room)
                graded = room / "autograded" / student / self.desk.assignment
                if not problem and (graded / f"{self.desk.assignment}.ipynb").is_file():
                    _replace(graded, self.desk.folder("autograded", student))
                    return ""
            if "database is locked" not in problem:
                break
            time.sleep(attempt)
        return problem or "nbgrader wrote no result"

    def _lay_out(self, student: str, intake: Intake, room: Path) -> None:
        """Write the working copy of a submission: the notebook as taken in, and what came with it."""
        submitted = self.desk.folder("submitted", student)
        copy = room / "submitted" / student / self.desk.assignment
        copy.mkdir(parents=True)
        for path in submitted.rglob("*"):
            inside = path.relative_to(submitted)
            plain = path.is_file() and not path.is_symlink()
            if plain and path.suffix != ".ipynb" and not any(part.startswith(".") for part in inside.parts):
                (copy / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy / inside)
        stamp = copy / "timestamp.txt"
        if stamp.is_file() and read_timestamp(stamp) is None:
            stamp.unlink()
        nbformat.write(intake.notebook, copy / f"{self.desk.assignment}.ipynb")  # type: ignore[no-untyped-call]

    def _autograde(self, student: str, room: Path) -> str:
        """Run `nbgrader autograde` in the working copy; return the problem or an empty string."""
        inside = room.relative_to(self.desk.course.root).as_posix()
        command = [sys.executable, "-m", "nbgrader", "autograde", self.desk.assignment, "--force"]
        command += [f"--student={glob.escape(student)}", f"--db={self.desk.db_url}"]
        command += [f"--CourseDirectory.submitted_directory={inside}/submitted"]
        command += [f"--CourseDirectory.autograded_directory={inside}/autograded"]
        if self.timeout is not None:
            command += [f"--Execute.timeout={self.timeout}"]
        log = room / "log.txt"
        with log.open("wb") as stream:
            process = subprocess.Popen(  # noqa: S603 (our own interpreter, arguments as a list)
                command,
                cwd=self.desk.course.root,
                env=self.desk.environment(),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            in_time = self._wait(process)
        if not in_time:
            return "it took too long as a whole, although each cell has a time-out"
        return "" if process.returncode == 0 else reason_in(log.read_text(encoding="utf-8", errors="replace"))

    def _wait(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for nbgrader to end; end it and return False when the submission's time is over."""
        limit = START_SECONDS + TIMED_OUT_CELLS * (self.timeout or self.desk.timeout)
        deadline = time.monotonic() + limit
        while process.poll() is None:
            if self.stop.is_set():
                end_process(process.pid)
                process.wait()
                raise StoppedError
            if time.monotonic() > deadline:
                end_process(process.pid)
                process.wait()
                return False
            time.sleep(0.1)
        return True


def give_no_points(desk: Desk, student: str) -> None:
    """Enter 0 for every cell of a submission that could not be graded; marks given by hand stay.

    Left alone, nbgrader would keep it as "needs manual grade" without a score.
    """
    shutil.rmtree(desk.folder("autograded", student), ignore_errors=True)
    stamp = desk.folder("submitted", student) / "timestamp.txt"
    timestamp = read_timestamp(stamp) if stamp.is_file() else None
    with desk.gradebook() as gradebook:
        gradebook.update_or_create_student(student)
        options = {"timestamp": timestamp} if timestamp else {}
        # nbgrader builds the submission before it adds it to the session: a flush in between would warn.
        with gradebook.db.no_autoflush:
            submission = gradebook.update_or_create_submission(desk.assignment, student, **options)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                grade.auto_score, grade.needs_manual_grade = 0, False
        gradebook.db.commit()


def read_timestamp(path: Path) -> str | None:
    """Return the text of a `timestamp.txt` if nbgrader can read it as a time."""
    try:
        text = path.read_text(encoding="utf-8").strip()
        parse_utc(text)
    except (OSError, ValueError, OverflowError):
        return None
    return text or None


def unreadable_time(desk: Desk, student: str) -> tuple[str, ...]:
    """Return a note if the submission has a `timestamp.txt` that says no time."""
    stamp = desk.folder("submitted", student) / "timestamp.txt"
    broken = stamp.is_file() and read_timestamp(stamp) is None
    return ("its timestamp.txt is not a time; taken as handed in on time",) if broken else ()


def reason_in(log: str) -> str:
    """Return why nbgrader failed, from its log: its last error that is not the summary."""
    found = ""
    for line in log.splitlines():
        match = _ERROR_LINE.match(line.strip())
        if match is None:
            continue
        if "database is locked" in line:
            return "the gradebook stayed locked (database is locked)"
        if match["name"] in _REASONS:
            return _REASONS[match["name"]]
        found = f"nbgrader: {match['name']}: {match['text']}".removesuffix(": ")[:300]
    return found or "nbgrader failed without saying why"


def end_process(pid: int) -> None:
    """End a process and all its descendants; a kernel has a session of its own and outlives its parent otherwise."""
    try:
        parent = psutil.Process(pid)
        family = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family[:-1], timeout=5)


def _replace(fresh: Path, old: Path) -> None:
    """Put a finished folder in the place of the old one."""
    old.parent.mkdir(parents=True, exist_ok=True)
    if old.exists():
        shutil.rmtree(old)
    shutil.move(fresh, old)
