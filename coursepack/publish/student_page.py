"""The page that a student reads first: `README.md` of the student repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

from coursepack.authoring.colab import badge
from coursepack.course import Course
from coursepack.errors import UNREADABLE, CoursepackError
from coursepack.name_list import name_list
from coursepack.notebooks.cells import is_written_answer, points_of
from coursepack.notebooks.exercises import title_of
from coursepack.settings import FILE, Settings, read_settings

TITLE = "# Course notebooks\n"
WORK = """\
## Work through a notebook

Run the cells from top to bottom. A cell with a TODO is yours: replace the line `raise NotImplementedError()` by your
answer, and keep the given names. If a visible test stands below it, run it. A cell that starts with `# Check that …`
and contains nothing else is the place of the instructor's own tests.
{written}
Do not delete, copy or change test cells and given cells. You may add cells of your own.
"""
WRITTEN = """
A text cell that says `YOUR ANSWER HERE` is a question to be answered in words: double-click the cell, write your answer
in the place of that line, and run the cell to see it as text. You may use formulas (`$x^2$`) and paste pictures (PNG,
JPEG or GIF). No test looks at it: a person reads and marks it, so its points come later than the others.
"""
HAND_IN = """\
## Hand in

Choose *Kernel → Restart Kernel and Run All Cells*, read the notebook once more, and save it. Then hand in the notebook
itself where your course collects work: the file that ends in `.ipynb`, under its name ({names}), not a PDF or a link.
In Colab, *File → Download → Download .ipynb* gives you the file.{zone}
"""
ZONE = " Times on your feedback are those of {}."
MOST_NAMES = 3
SET_UP = """\
## On your own machine

You need Python 3.11 or newer. In a copy of this repository:

```bash
python -m venv .venv
source .venv/bin/activate            # Windows: .venv\\Scripts\\activate
pip install -r requirements.txt
jupyter lab
```

With conda: `conda env create -f environment.yml`, then `conda activate course` and `jupyter lab`. VS Code and GitHub
Codespaces offer to open the repository in a container, where everything is installed.
"""
UPLOAD = """
To work in Colab, download a notebook and upload it at <https://colab.research.google.com> (*File → Upload notebook*).
"""
BINDER = "https://mybinder.org"


@dataclass(frozen=True)
class Shown:
    """A published assignment.

    Attributes:
        name: the assignment's name.
        notebook: its student version.
    """

    name: str
    notebook: NotebookNode

    @classmethod
    def of(cls, name: str, content: bytes) -> Shown:
        """Return an assignment from its notebook's file."""
        return cls(name, nbformat.reads(content.decode("utf-8"), as_version=4))  # type: ignore[no-untyped-call]


def student_page(course: Course, shown: Sequence[Shown], repository: str) -> str:
    """Return the page: the course's own words (`student_page`), then the notebooks, and how to work.

    Raises:
        CoursepackError: the file that `student_page` names is missing, or is not text.
    """
    settings = read_settings(course.root)
    table = "".join(f"{line}\n" for line in _table(shown, settings, repository))
    upload = "" if repository else UPLOAD
    written = WRITTEN if any(is_written_answer(cell) for one in shown for cell in one.notebook.cells) else ""
    work = WORK.format(written=written)
    sections = [f"## Notebooks\n\n{table}{upload}", work, _hand_in(shown, settings), SET_UP]
    return "\n".join([_opening(course, settings), *sections])


def _hand_in(shown: Sequence[Shown], settings: Settings) -> str:
    names = name_list((f"`{one.name}.ipynb`" for one in shown), MOST_NAMES)
    return HAND_IN.format(names=names, zone=ZONE.format(settings.time_zone) if settings.time_zone else "")


def _opening(course: Course, settings: Settings) -> str:
    if not settings.student_page:
        return TITLE
    path = course.root / settings.student_page
    try:
        return path.read_text(encoding="utf-8").rstrip("\n") + "\n"
    except (OSError, UnicodeDecodeError) as error:
        where = f"{course.root / FILE}, student_page = “{settings.student_page}”"
        raise CoursepackError(
            f"the page cannot be read: {type(error).__name__}", where=where, remedy=UNREADABLE
        ) from error


def _table(shown: Sequence[Shown], settings: Settings, repository: str) -> Iterator[str]:
    columns = ["notebook", "points", *(["open it"] if repository else [])]
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for one in shown:
        file = f"{one.name}/{one.name}.ipynb"
        points = sum(points_of(cell) for cell in one.notebook.cells)
        cells = [f"[{title_of(one.notebook) or one.name}]({file})", f"{points:g}"]
        if repository:
            cells.append(
                f"{badge(repository, settings.branch, one.name, one.name)} {_binder(settings, repository, file)}"
            )
        yield f"| {' | '.join(cells)} |"


def _binder(settings: Settings, repository: str, file: str) -> str:
    target = f"{BINDER}/v2/gh/{repository}/{quote(settings.branch, safe='')}?labpath={quote(file, safe='')}"
    return f"[![Open in Binder]({BINDER}/badge_logo.svg)]({target})"
