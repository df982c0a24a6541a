"""Return feedback: a zip file whose names Canvas and Moodle take back.

Both find the student by the name that they gave a hand-in when it was downloaded, which `collect` keeps:

    Canvas   lastfirst_5521_78123_ps1.html       ("Re-Upload Submissions"; shown under the attachment's name)
    Moodle   First Last_90211_assignsubmission_file/week1.html   ("Upload multiple feedback files in a zip";
             …_file_/week1.html where the download had it so)
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coursepack.course import Course
from coursepack.errors import UNWRITABLE, CoursepackError, choose
from coursepack.grading.workspace import Workspace
from coursepack.lms.collected import Origin, read_origins
from coursepack.lms.marks_other import LONG_AGO

FORMATS = ("canvas", "moodle")


@dataclass(frozen=True)
class Returned:
    """What was put into a zip file.

    Attributes:
        students: students whose feedback is in it.
        left_out: students whose feedback is not, with the reason.
    """

    students: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def write_feedback(course: Course, assignment: str, name: str, into: Path) -> Returned:
    """Write an assignment's feedback pages into a zip file for an LMS.

    Raises:
        CoursepackError: there is no such format, no feedback, or none that this LMS takes back.
    """
    choose(name, FORMATS, "feedback has no format “{}”")
    workspace = Workspace(course, assignment)
    known = read_origins(course, assignment)
    origins = {student: kinds[name] for student, kinds in known.items() if name in kinds}
    pages = {student: _pages(workspace, student) for student in sorted({*workspace.students(), *known})}
    if not any(pages.values()):
        remedy = f"make it first: coursepack feedback {assignment}"
        raise CoursepackError(
            f"there is no feedback on {assignment}", where=str(course.root / "feedback"), remedy=remedy
        )
    whys = {student: _why_not(origins.get(student), found, name) for student, found in pages.items()}
    chosen = [student for student, why in whys.items() if not why]
    if not chosen:
        remedy = f"collect them from {name.capitalize()}'s own download: coursepack collect {assignment} ARCHIVE"
        what = f"no hand-in of {assignment} is known to come from {name.capitalize()}, which wants its own names back"
        raise CoursepackError(what, remedy=remedy)
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        _write(into, _entries({one: pages[one] for one in chosen}, origins, name))
    except OSError as error:
        raise CoursepackError(
            f"the feedback cannot be written: {error.strerror}", where=str(into), remedy=UNWRITABLE
        ) from error
    return Returned(tuple(chosen), tuple((student, why) for student, why in whys.items() if why))


def _pages(workspace: Workspace, student: str) -> list[Path]:
    folder = workspace.folder("feedback", student)
    return sorted(path for path in folder.glob("*.html") if path.is_file() and not path.is_symlink())


def _why_not(origin: Origin | None, pages: list[Path], name: str) -> str:
    if not pages:
        return "there is no feedback page"
    if origin is None:
        return f"not collected from {name.capitalize()}"
    return "" if origin.prefix else "its name in the download is not known"


def _entries(pages: dict[str, list[Path]], origins: dict[str, Origin], name: str) -> Iterator[tuple[str, Path]]:
    for student, found in pages.items():
        prefix = origins[student].prefix
        # A last "_" stays: without it, Moodle before 4.1 does not read the name back.
        start = prefix if name == "canvas" else f"{prefix}/"
        yield from ((f"{start}{path.name}", path) for path in found)


def _write(into: Path, entries: Iterator[tuple[str, Path]]) -> None:
    draft = into.with_name(f".{into.name}.draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in entries:
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), path.read_bytes(), zipfile.ZIP_DEFLATED)
    draft.replace(into)
