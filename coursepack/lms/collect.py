"""Collect hand-ins from an LMS's download: `coursepack collect`."""

from __future__ import annotations

import dataclasses
import datetime
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.submission.timestamps import NAME as TIMESTAMP
from coursepack.grading.submission.unknown_times import note_unknown_times
from coursepack.grading.workspace import Workspace
from coursepack.lms.attempt import HandedFile, make_submission
from coursepack.lms.collected import Origin, Origins, digest_of, read_origins, write_origins
from coursepack.lms.due_date import due_date, grace_minutes
from coursepack.lms.file_names import NamedFile, Owner
from coursepack.lms.gradescope import Submission as GradescopeSubmission
from coursepack.lms.gradescope import read_metadata
from coursepack.lms.look import Assignments, Look
from coursepack.lms.match import People, UnknownPersonError
from coursepack.lms.placing import Arrival, keep_earlier, place
from coursepack.lms.recognise import METADATA, recognise
from coursepack.lms.roster import Student
from coursepack.lms.roster_times import time_of
from coursepack.lms.safe_archive import Contents, Unpacked, clutter_folders, unpack

# A hand-in that the LMS calls late without saying when is written down as this much later than the due date with the
# grace of `DailyPenalty`: the LMS has decided that it is late, and whoever was within the grace can say so.
JUST_LATE = datetime.timedelta(seconds=1)
NO_DUE_DATE = (
    "without a due date nothing counts as late; set it, then collect the same download again: "
    'nbgrader db assignment add {} --duedate="2026-03-01 23:00 UTC"'
)


@dataclass(frozen=True)
class FileOutcome:
    """What became of a file.

    Attributes:
        path: its path in the download.
        student: whose it is; empty if that is not known.
        said: what became of it.
        lost: whether it could not be placed.
    """

    path: str
    student: str
    said: str
    lost: bool = False


@dataclass
class Collection:
    """What collecting did.

    Attributes:
        kind: the kind of download.
        files: what became of each file.
        students: what became of each student's submission.
        notes: what else is to be told.
    """

    kind: str
    files: list[FileOutcome] = field(default_factory=list)
    students: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everything could be placed."""
        return not any(one.lost for one in self.files)


@dataclass(frozen=True)
class CollectOptions:
    """How to collect.

    Attributes:
        kind: the kind of download if the user named it.
        roster: the class; empty if there is none.
        time_zone: the zone of times in the roster that name none; UTC if empty.
        dry_run: write nothing.
    """

    kind: str = ""
    roster: tuple[Student, ...] = ()
    time_zone: str = ""
    dry_run: bool = False


def collect(course: Course, assignment: str, source: Path, options: CollectOptions) -> Collection:
    """Collect an assignment's hand-ins from an archive or a folder.

    Raises:
        CoursepackError: the download is empty or cannot be read, or its kind is not clear.
    """
    with tempfile.TemporaryDirectory(prefix="coursepack-collect-") as scratch:
        contents = unpack(source, Path(scratch))
        if not contents.files and not contents.refused:
            raise CoursepackError(
                "there is no file in it",
                where=str(source),
                remedy="name what the LMS gave you: the archive, or the folder it was unpacked into",
            )
        return _Collector(Workspace(course, assignment), options, contents).run()


class _Collector:
    """Collects from one download."""

    def __init__(self, workspace: Workspace, options: CollectOptions, contents: Contents) -> None:
        self._workspace, self._options, self._contents = workspace, options, contents
        paths = [one.path for one in contents.files]
        self._download = recognise(paths, workspace.assignment, options.kind, contents.clutter)
        self._result = Collection(self._download.kind)
        self._people = People(self._download.kind, options.roster)
        self._assignments = Assignments(workspace.course, workspace.assignment)
        self._gradescope: dict[str, GradescopeSubmission] = {}
        self._handed: dict[str, list[HandedFile]] = {}
        self._students: dict[str, tuple[Student, Owner]] = {}
        self._looks: dict[Path, Look] = {}
        self._stand_ins: dict[str, datetime.datetime] = {}
        self._no_due_date = False

    def run(self) -> Collection:
        """Collect, and return what became of every file."""
        if self._download.kind == "gradescope":
            self._read_metadata()
        for one in self._contents.files:
            self._sort(one)
        origins = read_origins(self._workspace.course, self._workspace.assignment)
        fresh = {student: dict(kinds) for student, kinds in origins.items()}
        for student in sorted(self._handed):
            self._place(student, fresh)
        if not self._options.dry_run and fresh != origins:
            write_origins(self._workspace.course, self._workspace.assignment, fresh)
        if not self._options.dry_run:
            note_unknown_times(self._workspace.course, self._workspace.assignment, self._stand_ins)
        if self._no_due_date:
            self._result.notes.append(NO_DUE_DATE.format(self._workspace.assignment))
        self._tell_refused()
        return self._result

    def _read_metadata(self) -> None:
        found = [one for one in self._contents.files if one.path.rpartition("/")[2] == METADATA]
        if not found:
            self._result.notes.append(f"there is no {METADATA}: people and times are not known")
        for one in found:
            self._gradescope.update(read_metadata(one.stored))
            self._result.files.append(FileOutcome(one.path, "", "read: who handed in, and when"))

    def _sort(self, one: Unpacked) -> None:
        """Give a file to its owner, or say why not."""
        if self._download.kind == "gradescope" and one.path.rpartition("/")[2] == METADATA:
            return
        named = self._download.read(one.path)
        if named is None or named.owner.user.casefold() == self._workspace.assignment.casefold():
            kind = self._download.kind
            whose = "no folder or file name" if kind == "folder" else f"no name as {kind.capitalize()} gives them"
            said = f"not placed: {whose} says whose it is"
            self._result.files.append(FileOutcome(one.path, "", said, lost=True))
            return
        for owner, moment, late in self._owners(named):
            try:
                student = self._people.find(owner)
            except UnknownPersonError as error:
                self._result.files.append(FileOutcome(one.path, "", f"not placed: {error}", lost=True))
                continue
            self._students.setdefault(student.id, (student, owner))
            handed = HandedFile(
                one.path,
                dataclasses.replace(named, late=named.late or late),
                one.stored,
                self._look(one.stored, named),
                moment or self._time_in_roster(student),
            )
            self._handed.setdefault(student.id, []).append(handed)

    def _owners(self, named: NamedFile) -> Iterator[tuple[Owner, datetime.datetime | None, bool]]:
        """Yield whose a file is, when it was handed in, and whether late; a group's file has several owners."""
        known = self._gradescope.get(named.prefix)
        if known is None or not known.submitters:
            yield named.owner, None, False
            return
        for owner in known.submitters:
            yield owner, known.moment, known.late

    def _look(self, stored: Path, named: NamedFile) -> Look:
        if stored not in self._looks:
            name = named.path.rpartition("/")[2]
            self._looks[stored] = Look() if named.text else self._assignments.look(stored, name)
        return self._looks[stored]

    def _time_in_roster(self, student: Student) -> datetime.datetime | None:
        try:
            return time_of(student, self._options.time_zone)
        except ValueError as error:
            note = f"{student.id}: “{student.submitted}” in the roster cannot be read as a time ({error})"
            self._result.notes += [] if note in self._result.notes else [note]
            return None

    def _place(self, student: str, origins: Origins) -> None:
        """Place a student's submission and say what became of each of the student's files."""
        handed = self._handed[student]
        made = make_submission(self._workspace.assignment, handed, own_time=self._download.kind == "folder")
        keep_earlier(self._workspace, student, made.earlier, dry_run=self._options.dry_run)
        for one in handed:
            said = made.outcomes[one.source]
            self._result.files.append(FileOutcome(one.source, student, said, one.source in made.lost))
        if made.notebook is None:
            return
        origin = self._origin(student, made.notebook, digest_of(made.files))
        moment, stand_in = self._moment(student, made.notebook, made.files)
        arrival = Arrival(student, made, moment, origin)
        before = origins.get(student, {}).get(self._download.kind)
        said, there = place(self._workspace, arrival, before, dry_run=self._options.dry_run)
        late = "; late, says the LMS" if made.notebook.named.late else ""
        self._result.students[student] = said + late
        if there and stand_in and moment is not None:
            self._stand_ins[student] = moment
        if there:
            origins.setdefault(student, {})[self._download.kind] = origin

    def _origin(self, student: str, notebook: HandedFile, files: str) -> Origin:
        owner, named = self._students[student][1], notebook.named
        number = named.owner.number or owner.number
        return Origin(
            self._download.kind,
            owner.name or self._students[student][0].name,
            number,
            named.prefix,
            notebook.source,
            named.late,
            named.attachment,
            files,
        )

    @cached_property
    def _due(self) -> tuple[datetime.datetime | None, float]:
        """The due date, and the minutes of grace after it."""
        return due_date(self._workspace), grace_minutes(self._workspace)

    def _moment(
        self, student: str, notebook: HandedFile, files: Mapping[str, Path]
    ) -> tuple[datetime.datetime | None, bool]:
        """Return when a submission was handed in, and whether that is a stand-in, for nobody knows more than “late”."""
        if TIMESTAMP in files:
            return None, False
        if not notebook.named.late or notebook.moment is not None:
            return notebook.moment, False
        due, grace = self._due
        if due is None:
            self._result.notes.append(f"{student}: late, says the LMS; the assignment has no due date in the gradebook")
            self._no_due_date = True
            return None, False
        after = f" and the grace of {grace:g} minutes" if grace else ""
        self._result.notes.append(
            f"{student}: late, but the download does not say when: its timestamp.txt says one second after the due "
            f"date{after}, so that it counts as late; write the time there if you know it"
        )
        return due + datetime.timedelta(minutes=grace) + JUST_LATE, True

    def _tell_refused(self) -> None:
        for path, why in self._contents.refused:
            self._result.files.append(FileOutcome(path, "", f"refused: {why}", lost=True))
        for path, count in clutter_folders(self._contents.clutter).items():
            said = "left out: left behind by a system or a tool"
            self._result.files.append(FileOutcome(path, "", said if count == 1 else f"{count} files {said}"))
