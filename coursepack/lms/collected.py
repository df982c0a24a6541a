"""What was collected: whose files an LMS's names meant, kept for marks and feedback on their way back.

`.coursepack/lms/<assignment>/collected.json` has an entry for each student and kind of download. Earlier attempts are
in `.coursepack/lms/<assignment>/attempts/<student>/`, one folder each, named after a digest of its files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from coursepack.course import Course
from coursepack.whole_file import write_whole


@dataclass(frozen=True)
class Origin:
    """Where a student's submission came from.

    Attributes:
        kind: the kind of download.
        name: the person's name there.
        number: the person's number there; see `file_names.Owner`.
        prefix: what the LMS put before the notebook's name; it wants to see it again.
        path: the notebook's path in the download.
        late: whether the LMS called it late.
        attachment: Canvas's number of the notebook.
        files: digest of the files that were placed.
    """

    kind: str
    name: str = ""
    number: str = ""
    prefix: str = ""
    path: str = ""
    late: bool = False
    attachment: int = 0
    files: str = ""


def lms_folder(course: Course, assignment: str) -> Path:
    """Return the folder of what is kept on an assignment's collections."""
    return course.root / ".coursepack" / "lms" / assignment


def attempts_folder(course: Course, assignment: str, student: str) -> Path:
    """Return the folder of a student's earlier attempts."""
    return lms_folder(course, assignment) / "attempts" / student


# By student, then by kind of download.
Origins = dict[str, dict[str, Origin]]


def read_origins(course: Course, assignment: str) -> Origins:
    """Return where each student's submission came from; none if nothing was collected."""
    known = {each.name for each in fields(Origin)}
    try:
        content = json.loads((lms_folder(course, assignment) / "collected.json").read_text(encoding="utf-8"))
        return {
            str(student): {
                str(kind): Origin(**{name: value for name, value in entry.items() if name in known})
                for kind, entry in entries.items()
            }
            for student, entries in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_origins(course: Course, assignment: str, origins: Origins) -> None:
    """Write where the submissions came from, completely or not at all."""
    entries = {
        student: {kind: asdict(one) for kind, one in sorted(origins[student].items())} for student in sorted(origins)
    }
    path = lms_folder(course, assignment) / "collected.json"
    write_whole(path, json.dumps(entries, indent=1, ensure_ascii=False))


def digest_of(files: Mapping[str, Path]) -> str:
    """Return a digest of files by relative path."""
    whole = hashlib.sha256()
    for name in sorted(files):
        with files[name].open("rb") as stream:
            whole.update(f"{name}\n{hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
