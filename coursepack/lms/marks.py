"""The marks of a class, as the gradebook has them; what has no mark says why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import Status, SubmissionResult
from coursepack.grading.workspace import Workspace
from coursepack.lms.class_list import stored_roster
from coursepack.lms.collected import Origins, read_origins
from coursepack.lms.roster import Roster, Student
from coursepack.name_list import name_list
from coursepack.notebooks.exercises import title_of
from coursepack.notebooks.reading import read_notebook

# Why there is no mark, in the words of the summary.
WHY_NOT = {
    Status.TO_MARK: str(Status.TO_MARK),
    Status.NOT_GRADED: "not graded",
    Status.MISSING: "not handed in",
}


@dataclass(frozen=True)
class Marks:
    """The marks of one assignment.

    Attributes:
        assignment: its name.
        results: the result of each student, by id.
        origins: where the submissions came from, by student.
        title: the notebook's title; empty if it has none.
    """

    assignment: str
    results: dict[str, SubmissionResult]
    origins: Origins = field(default_factory=dict)
    title: str = ""

    @property
    def max_score(self) -> float:
        """The points that a perfect submission earns."""
        return max((result.max_score for result in self.results.values()), default=0.0)

    def score(self, student: str) -> float | None:
        """Return a student's points, less what lateness cost; None if there is no mark yet."""
        result = self.results.get(student)
        # Rounded, so that 3 - 0.3 is written as 2.7 everywhere.
        return round(result.score, 9) if result is not None and result.status is Status.GRADED else None

    def why_not(self, student: str) -> str:
        """Return why a student has no mark; empty if there is one."""
        result = self.results.get(student)
        return WHY_NOT.get(result.status, "") if result else WHY_NOT[Status.MISSING]


@dataclass(frozen=True)
class ClassMarks:
    """The marks of a class.

    Attributes:
        students: the class, sorted by id, with what the imported roster knows.
        assignments: the marks of each assignment.
        columns: the columns of the imported roster: Canvas's names of its assignments are among them.
        identifiers: Moodle's identifiers in the imported roster, by student; of some assignment.
    """

    students: tuple[Student, ...]
    assignments: tuple[Marks, ...]
    columns: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)

    def moodle_identifiers(self, marks: Marks) -> dict[str, str]:
        """Return Moodle's identifiers for an assignment, by student: of its collected hand-ins and of the roster.

        Moodle numbers participants anew for each assignment. So the roster counts only where it has the numbers of the
        collected hand-ins.
        """
        collected = {
            student: kinds["moodle"].number
            for student, kinds in marks.origins.items()
            if "moodle" in kinds and kinds["moodle"].number
        }
        imported = {
            student: (text, Student(student, identifier=text).participant) for student, text in self.identifiers.items()
        }
        common = collected.keys() & imported.keys()
        same = bool(common) and all(collected[student] == imported[student][1] for student in common)
        made = {student: f"Participant {number}" for student, number in collected.items()}
        return {**made, **self.identifiers} if same else made

    def summary(self) -> list[str]:
        """Return one sentence for each assignment: how many have a mark, and who has none, for what reason."""
        return [self._summary(marks) for marks in self.assignments]

    def _summary(self, marks: Marks) -> str:
        without: dict[str, list[str]] = {}
        for student in self.students:
            if why := marks.why_not(student.id):
                without.setdefault(why, []).append(student.id)
        empty = sum(map(len, without.values()))
        said = f"{marks.assignment}: {len(self.students) - empty} marks of at most {points(marks.max_score)}"
        for why, names in without.items():
            said += f"; {len(names)} empty, {why} ({name_list(names)})"
        changed = [one.id for one in self.students if (result := marks.results.get(one.id)) and result.changed]
        if changed:
            said += f"; {len(changed)} with a mark for an earlier answer ({name_list(changed)})"
        return said


def read_marks(
    course: Course, assignments: Sequence[str], *, students: Collection[str] = (), coursedir: object = None
) -> ClassMarks:
    """Return the marks of a class.

    Args:
        course: the course.
        assignments: the assignments; those that are not in the gradebook are left out.
        students: only these, if there are any.
        coursedir: nbgrader's own folders and gradebook, in place of the configuration's.

    Raises:
        CoursepackError: none of the assignments is in the gradebook.
    """
    found, names = [], {}
    for assignment in assignments:
        workspace = Workspace(course, assignment)
        if coursedir is not None:
            vars(workspace)["coursedir"] = coursedir  # before the cached property reads the configuration
        if not workspace.in_gradebook():
            continue
        results = {
            result.student: result for result in read_results(workspace) if not students or result.student in students
        }
        found.append(Marks(assignment, results, read_origins(course, assignment), _title(workspace)))
        names.update(_students(workspace, results))
    if not found:
        remedy = "grade an assignment first: coursepack grade"
        raise CoursepackError("no assignment is in the gradebook", where=", ".join(assignments), remedy=remedy)
    roster = stored_roster(course)
    return ClassMarks(_completed(names, roster), tuple(found), roster.columns, roster.identifiers)


def _title(workspace: Workspace) -> str:
    try:
        return title_of(read_notebook(workspace.source))
    except CoursepackError:
        return ""


def _students(workspace: Workspace, results: Collection[str]) -> dict[str, Student]:
    """Return the students of the results as the gradebook knows them; who is not in it, by id alone."""
    with workspace.gradebook() as gradebook:
        known = {
            one.id: Student(
                one.id, one.first_name or "", one.last_name or "", one.email or "", str(one.lms_user_id or "")
            )
            for one in gradebook.students
        }
    return {student: known.get(student, Student(student)) for student in results}


def _completed(names: dict[str, Student], roster: Roster) -> tuple[Student, ...]:
    """Return the students with what the roster knows and the gradebook has no place for."""
    known = {student.id: student for student in roster.students}
    completed = []
    for name in sorted(names):
        one, other = names[name], known.get(name, Student(name))
        completed.append(
            Student(
                name,
                one.first or other.first,
                one.last or other.last,
                one.email or other.email,
                one.lms_id or other.lms_id,
                other.login,
                other.sis,
                other.section,
                github=other.github,
            )
        )
    return tuple(completed)


def points(value: float | None) -> str:
    """Return points as a number with a point; nothing for None."""
    return "" if value is None else f"{value:.10g}"
