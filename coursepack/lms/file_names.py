"""Read whose a file is from its path in a download: the forms that each LMS gives its names.

    Canvas      lastfirst_LATE_5521_78123_name-1.ipynb     (user 5521, attachment 78123; LATE only if it was)
                LATE_anon_x7Kq2_78123_name.ipynb           (anonymous marking)
                lastfirst_5521_text.html, …_link.html      (a text or an address instead of a file)
    Moodle      First Last_90211_assignsubmission_file/name.ipynb, …_file_/name.ipynb (before 4.1), …_file_name.ipynb
                First Last_90211_assignsubmission_onlinetext/onlinetext.html
    Gradescope  assignment_12_export/submission_771/name.ipynb, beside a submission_metadata.yml
    GitHub      assignment-user/name.ipynb, often below assignment-submissions/
    Google      First Last - name.ipynb
    folder      student/name.ipynb, or student.ipynb

Canvas builds its names in `lib/content_zipper.rb`, Moodle reads its own back in
`mod/assign/feedback/file/importziplib.php`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

KINDS = ("canvas", "moodle", "gradescope", "google", "github", "folder")


@dataclass(frozen=True)
class Owner:
    """Whose a file is, as far as the LMS's names tell.

    Attributes:
        name: the person's name as it is written there; of Canvas, last and first name in one word.
        number: the person's number: Canvas's user, Moodle's participant, Gradescope's submission.
        user: a name of an account, or of a folder.
        email: the e-mail address.
        sid: the student number that Gradescope knows.
        anonymous: whether the LMS hides the person.
    """

    name: str = ""
    number: str = ""
    user: str = ""
    email: str = ""
    sid: str = ""
    anonymous: bool = False

    @property
    def told(self) -> str:
        """The person in words."""
        return self.name or self.user or self.email or self.sid or self.number


@dataclass(frozen=True)
class NamedFile:
    """What a path in a download says.

    Attributes:
        owner: whose the file is.
        path: its path in what that person handed in.
        prefix: the part of the path that the LMS added, which it wants to see again.
        late: whether the LMS calls it late.
        attachment: Canvas's number of the file; it grows with time. 0 for none.
        text: whether it is a text or an address that was entered in place of a file.
    """

    owner: Owner
    path: str
    prefix: str = ""
    late: bool = False
    attachment: int = 0
    text: bool = False


_CANVAS = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+)_(?P<rest>.+)", re.DOTALL)
_CANVAS_ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<user>[A-Za-z0-9]+)_(?P<file>\d+)_(?P<rest>.+)", re.DOTALL)
_CANVAS_TEXT = re.compile(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<rest>(?:text|link)\.html)")
_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<user>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?", re.DOTALL)
_GRADESCOPE = re.compile(r"submission_(?P<number>\d+)")
_GOOGLE = re.compile(r"(?P<name>\S.*?) - (?P<rest>\S.*)")

# For nbgrader's own collector, which matches whole paths and takes one pattern for all: the person's name up to the
# numbers, then the notebook's name without the number of a copy.
ZIP_COLLECT_NAMES = (
    r".*/(?P<student_id>[^/_][^/]*?)(?:_LATE)?_\d+_(?:\d+_|assignsubmission_file(?:_|/|_/))(?:[^/]*/)*?"
    r"(?P<file_id>[^/]+?)(?: ?\(\d+\)|-\d+)?\.ipynb$"
)


def read_canvas(path: str) -> NamedFile | None:
    """Return what Canvas's name says; None if it is no name of Canvas."""
    for place, part in enumerate(parts := path.split("/")):
        if found := _CANVAS_ANONYMOUS.fullmatch(part) or _CANVAS.fullmatch(part):
            groups = found.groupdict()
            owner = Owner(groups.get("name") or "", groups["user"], anonymous="name" not in groups)
            rest = "/".join(parts[place + 1 :]) or groups["rest"]
            prefix = part[: found.start("rest")]
            return NamedFile(owner, rest, prefix, bool(groups["late"]), int(groups["file"]))
        if found := _CANVAS_TEXT.fullmatch(part):
            return NamedFile(Owner(found["name"], found["user"]), found["rest"], "", bool(found["late"]), text=True)
    return None


def read_moodle(path: str) -> NamedFile | None:
    """Return what Moodle's name says; None if it is no name of Moodle."""
    for place, part in enumerate(parts := path.split("/")):
        if found := _MOODLE.fullmatch(part):
            inside = parts[place + 1 :]
            rest = [found["rest"], *inside] if found["rest"] else inside
            if not rest:
                return None
            prefix = part[: found.start("rest")] if found["rest"] else part
            owner = Owner(found["name"].strip(), found["user"])
            return NamedFile(owner, "/".join(rest), prefix, text=found["kind"] == "onlinetext")
    return None


def read_gradescope(path: str) -> NamedFile | None:
    """Return what Gradescope's folder says; the people are in its metadata."""
    parts = path.split("/")
    for place, part in enumerate(parts[:-1]):
        if found := _GRADESCOPE.fullmatch(part):
            return NamedFile(Owner(number=found["number"]), "/".join(parts[place + 1 :]), part)
    return None


def read_google(path: str) -> NamedFile | None:
    """Return what the name of a file in Google Classroom's folder says; None if it says nothing."""
    for place, part in enumerate(parts := path.split("/")):
        if found := _GOOGLE.fullmatch(part):
            rest = "/".join(parts[place + 1 :]) or found["rest"]
            return NamedFile(Owner(found["name"]), rest, part[: found.start("rest")])
    return None


def github_reader(slug: str) -> Callable[[str], NamedFile | None]:
    """Return a reader of the folders `<slug>-<user>` of GitHub Classroom."""
    start = f"{slug}-".casefold()

    def read(path: str) -> NamedFile | None:
        parts = path.split("/")
        for place, part in enumerate(parts[:-1]):
            if part.casefold().startswith(start) and len(part) > len(start) and part != f"{slug}-submissions":
                return NamedFile(Owner(user=part[len(start) :]), "/".join(parts[place + 1 :]), part)
        return None

    return read


def read_folder(path: str) -> NamedFile | None:
    """Return what a plain folder says: the first folder, or a single file's name, is the student."""
    first, _, rest = path.partition("/")
    if rest:
        return NamedFile(Owner(user=first), rest, first)
    stem, dot, _ = first.rpartition(".")
    return NamedFile(Owner(user=stem), first, stem) if dot and stem else None
