"""Grade a class: each submission separately, many at once, so that none can stop the others."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch import provenance
from coursepack.grading.batch.cluster import Cluster, Finished, open_cluster
from coursepack.grading.batch.console import print_changed, print_misplaced, print_verdicts
from coursepack.grading.batch.extra_files import extra_files, own_files
from coursepack.grading.batch.gradebook_writer import GradebookWriter, Result
from coursepack.grading.batch.misplaced import misplaced_notebooks
from coursepack.grading.batch.options import Options
from coursepack.grading.batch.progress import progress_bar
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.batch.register import register_assignment
from coursepack.grading.batch.run_lock import only_run
from coursepack.grading.batch.run_log import log_settings, run_log, without_words
from coursepack.grading.batch.task import (
    Graded,
    NotGraded,
    RunInput,
    Unreadable,
    as_compact_json,
    as_json,
    grader_errors_in,
)
from coursepack.grading.batch.task import Task as GradingTask
from coursepack.grading.batch.worker_log import repeat
from coursepack.grading.notebook.machine import Machine
from coursepack.grading.notebook.warm_imports import warm_imports
from coursepack.grading.results import Status
from coursepack.grading.submission.file_state import file_state
from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import content_of
from coursepack.grading.submission.timestamps import unreadable_time
from coursepack.grading.workspace import GradingNote, Workspace, digest
from coursepack.notebooks.exercises import exercises_of
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook
from coursepack.sandbox import jail

_log = logging.getLogger(__name__)

INTERRUPTED = 130
OURS = (
    "Grader errors are not the students' fault: nothing was entered for these submissions; the same command tries them "
    "again."
)
UNSAFE = "[bold red]No jail: student code can do whatever you can do on this machine.[/]"


def grade_class(course: Course, assignment: str, options: Options) -> int:
    """Grade an assignment's submissions and print the verdicts.

    Args:
        course: the course folder.
        assignment: the assignment's name.
        options: how to grade.

    Returns:
        0 if every submission is graded, 1 if one could not be or lies in a wrong place, 130 after Ctrl-C.

    Raises:
        CoursepackError: nothing was handed in, another run is grading the assignment, it cannot be put into the
            gradebook, or student code cannot be jailed.
    """
    workspace, console = Workspace(course, assignment), Console()
    students = workspace.students()
    misplaced = misplaced_notebooks(workspace)
    if not students:
        remedy = f"put notebooks into submitted/<student>/{assignment}/, or try `coursepack sample {assignment}`"
        if misplaced:
            remedy = "\n  ".join(one.sentence for one in misplaced)
        raise CoursepackError(f"nobody has handed in {assignment}", where=str(course.root / "submitted"), remedy=remedy)
    with run_log(course, assignment, console, file=options.log_file, verbose=options.verbose) as log:
        code = _grade(workspace, students, options, console, log)
        print_misplaced(misplaced, console)
        # A student whose only notebook is elsewhere is not graded.
        return code or int(any(not one.graded for one in misplaced))


def _grade(workspace: Workspace, students: list[str], options: Options, console: Console, log: Path) -> int:
    """Grade a class whose run is logged; return the exit code."""
    log_settings(workspace, options)
    if options.unsafe_no_jail:
        console.print(UNSAFE)
    elif options.scheduler is None:
        jail.check_jail()
    with only_run(workspace):
        register_assignment(workspace)
        if not _grade_waiting(workspace, students, options, console):
            advice = "--force would start over" if options.force else "the same command goes on where this one stopped"
            console.print(f"Nothing is half graded; {advice}.")
            return INTERRUPTED
        results = read_results(workspace)
    print_verdicts(results, console)
    print_changed(results, exercises_of(read_notebook(workspace.source)), console)
    _point_to_logs(workspace, console, log)
    return int(any(result.status is Status.NOT_GRADED for result in results))


def _grade_waiting(workspace: Workspace, students: list[str], options: Options, console: Console) -> bool:
    """Grade the students without a valid result; return False after Ctrl-C."""
    run = provenance.of_run(workspace, options.limits(workspace))
    with workspace.gradebook() as gradebook:
        known = workspace.graded_students(gradebook)
        own = own_files(workspace)
        whys = {one: provenance.why_again(workspace, one, run, own) for one in students}
        waiting = [one for one in students if options.force or one not in known or whys[one]]
        _log.info("%d handed in, %d to grade", len(students), len(waiting))
        for one in waiting:
            _log.info("%s: to grade, for %s", one, whys[one] or ("--force" if one in known else provenance.NEVER))
        if len(waiting) < len(students):
            console.print(f"{len(students) - len(waiting)} already graded (--force grades them again)")
        if not options.force and (again := provenance.told(whys.values())):
            console.print(again, highlight=False, soft_wrap=True)
        writer = GradebookWriter(workspace, gradebook)
        return not waiting or ClassRun(workspace, writer, options, run, own).grade(waiting, console)


def _point_to_logs(workspace: Workspace, console: Console, log: Path) -> None:
    """Print where the log and the tracebacks of grader errors are."""
    logs = sorted(workspace.records.glob("*.log"))
    if logs:
        shown = logs[0] if len(logs) == 1 else workspace.records / "*.log"
        where = shown.relative_to(workspace.course.root).as_posix()
        console.print(f"\n{OURS} Tracebacks: {escape(where)}; log: {escape(str(log))}", highlight=False, soft_wrap=True)


class ClassRun:
    """One run over a class: the coordinator, which alone reads submissions and writes results.

    Args:
        workspace: the assignment's workspace.
        writer: the writer of results.
        options: how to grade.
        run: what all results are made from; see `provenance.of_run`.
        own: the assignment's own files beside its notebook.
    """

    def __init__(
        self,
        workspace: Workspace,
        writer: GradebookWriter,
        options: Options,
        run: Mapping[str, str],
        own: Mapping[str, bytes],
    ) -> None:
        self._workspace, self._writer, self._options, self._run = workspace, writer, options, run
        source = read_notebook(workspace.source)
        self._imports = warm_imports(workspace.course, source)
        self._given = RunInput(
            as_json(source),
            as_compact_json(released_notebook(source)),
            str(workspace.course.root),
            own,
            options.limits(workspace),
            options.redraw,
            options.unsafe_no_jail,
            log_level=logging.DEBUG if options.verbose else logging.INFO,
            secret=run["secret"],
            # Its workers on one machine find one another by it; nobody else can guess it.
            name=secrets.token_hex(8),
        )
        self._digest = digest(workspace.source)
        # Submissions that were sent to workers and have not come back.
        self._pending: dict[str, _Pending] = {}

    def grade(self, students: Iterable[str], console: Console) -> bool:
        """Grade students' submissions with a progress bar; return False after Ctrl-C."""
        names = list(students)
        finished = 0
        try:
            with (
                progress_bar(console) as progress,
                self._warm_up(),
                open_cluster(self._jobs(names), self._options.scheduler) as cluster,
            ):
                bar = progress.add_task(self._workspace.assignment, total=len(names))
                for student, record in self._graded(cluster, names):
                    finished += 1
                    progress.advance(bar)
                    self._say(progress.console, student, record, f"{finished}/{len(names)}")
        except KeyboardInterrupt:
            _log.warning("stopped by Ctrl-C: %d graded, %d left", finished, len(names) - finished)
            console.print(f"\nStopped: {finished} graded, {len(names) - finished} left.")
            return False
        finally:
            shutil.rmtree(self._workspace.workshop, ignore_errors=True)
        return True

    @contextlib.contextmanager
    def _warm_up(self) -> Iterator[None]:
        """Let fork server and judge import what they need while the workers start, if those run on this machine."""
        if self._options.scheduler is not None:
            yield
            return
        jailed = not self._options.unsafe_no_jail
        machine = Machine(self._workspace.course, self._imports, self._given.name, jailed=jailed)
        try:
            yield
        finally:
            machine.leave(last=True)

    def _jobs(self, names: list[str]) -> int:
        return min(self._options.jobs, len(names))

    @staticmethod
    def _say(console: Console, student: str, record: GradingNote, count: str) -> None:
        if record.problem:
            console.print(f"[yellow]{escape(student)}: {escape(record.problem)}[/]", highlight=False, soft_wrap=True)
        elif not console.is_terminal:
            console.print(f"{escape(student)}: graded ({count})", highlight=False)

    def _graded(self, cluster: Cluster, students: list[str]) -> Iterator[tuple[str, GradingNote]]:
        """Yield each student with the note on the grading, as they finish."""
        refused: list[tuple[str, GradingNote]] = []
        for finished in cluster.grade(self._tasks(students, refused), self._given):
            yield from self._drain(refused)
            yield from self._keep(finished)
        yield from self._drain(refused)

    def _drain(self, refused: list[tuple[str, GradingNote]]) -> Iterator[tuple[str, GradingNote]]:
        while refused:
            student, record = refused.pop(0)
            self._writer.give_no_points(student, record)
            yield student, record

    def _tasks(self, students: list[str], refused: list[tuple[str, GradingNote]]) -> Iterator[GradingTask]:
        """Yield tasks for the workers; submissions that cannot be graded go to `refused`."""
        own = self._given.files
        for student in students:
            folder = self._workspace.folder("submitted", student)
            files, left_out = extra_files(self._workspace, student, own)
            made_from = provenance.of_submission(files, self._run)
            notes = left_out + unreadable_time(folder)
            path = self._workspace.notebook("submitted", student)
            state = file_state(path)  # before it is read: what is written meanwhile changes it
            try:
                content = content_of(path)
            except UnreadableError as error:
                pending = _Pending(self._workspace.submission_digest(student), notes, made_from)
                refused.append((student, self._refusal(student, pending, str(error))))
                continue
            notebook = hashlib.sha256(content).hexdigest()
            submission = self._workspace.submission_digest(student, notebook)
            self._pending[student] = _Pending(submission, notes, made_from, notebook, state)
            _log.debug("%s: handed out", student)
            theirs = {name: content for name, content in files.items() if name not in own}
            yield GradingTask(student, content, theirs, path.name)

    def _refusal(self, student: str, pending: _Pending, problem: str) -> GradingNote:
        """Return the note on a submission that cannot be graded."""
        _log.warning("%s: cannot be read", student)
        _log.debug("%s: %s", student, problem)
        return pending.note(self._digest, problem)

    def _keep(self, finished: Iterable[Finished]) -> list[tuple[str, GradingNote]]:
        """Enter results; return the students with the notes that were kept."""
        entered, kept = list[Result](), list[tuple[str, GradingNote]]()
        for task, result in finished:
            pending = self._pending.pop(task.student)
            if isinstance(result, Unreadable):
                record = self._refusal(task.student, pending, result.problem)
                self._writer.give_no_points(task.student, record)
            elif isinstance(result, NotGraded):
                record = self._leave(task, pending, result)
            elif at_fault := grader_errors_in(result.verdicts):
                record = self._leave(task, pending, at_fault, result)
            else:
                record = self._record(task, pending, result)
                entered.append(Result(result, {**task.files, **self._given.files}, record))
            kept.append((task.student, record))
        if entered:
            self._writer.enter(entered)
        return kept

    def _leave(
        self, task: GradingTask, pending: _Pending, result: NotGraded, graded: Graded | None = None
    ) -> GradingNote:
        """Leave a submission ungraded; return the note on it."""
        errors = graded.verdicts.grader_errors if graded else ()
        at_fault = "".join(f", grader error in {one.grade_id}" for one in errors)
        record = self._record(task, pending, graded, result.problem)
        _log.warning("%s: not graded%s\n%s", task.student, at_fault, without_words(result.details))
        _log.debug("%s: %s\n%s", task.student, result.problem, result.details)
        self._writer.leave_ungraded(task.student, record, result.details)
        return record

    def _record(self, task: GradingTask, pending: _Pending, graded: Graded | None, problem: str = "") -> GradingNote:
        """Return the note on a submission that came back, with or without a grader error; log what the worker did."""
        notes = pending.notes
        if graded is not None:
            repeat(graded.log)
            notes = tuple(dict.fromkeys(graded.notes + notes + graded.verdicts.notes))
        seconds = time.monotonic() - pending.begun
        _log.info("%s: back %.1f s after it was read, with %d notes", task.student, seconds, len(notes))
        for note in notes:
            _log.debug("%s: %s", task.student, note)
        return pending.note(self._digest, problem, notes, ours=bool(problem))


@dataclass(frozen=True)
class _Pending:
    """What the coordinator keeps about a submission that is being graded."""

    submission: str
    notes: tuple[str, ...]
    provenance: Mapping[str, str]
    notebook: str = ""
    notebook_state: str = ""
    begun: float = field(default_factory=time.monotonic)

    def note(self, source: str, problem: str, notes: tuple[str, ...] = (), *, ours: bool = False) -> GradingNote:
        """Return the note on its grading; see `GradingNote`."""
        return GradingNote(
            self.submission,
            source,
            problem,
            notes,
            ours,
            self.provenance,
            notebook=self.notebook,
            notebook_state=self.notebook_state,
        )
