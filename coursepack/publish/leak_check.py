"""Is there anything in the files for students that shows a hidden test, a marking scheme or a solution?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from coursepack.authoring.leaks import Secret, Secrets, release_leaks, secrets_of, text_leaks
from coursepack.authoring.visible_text import cell_text
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.reading import read_notebook
from coursepack.publish.student_page import Shown

# In other files, such as tables of data, any number may stand by chance.
WITH_NUMBERS = (".ipynb", ".md")


def find_leaks(course: Course, files: Mapping[str, bytes]) -> list[CoursepackError]:
    """Return what files show of any assignment of the course, published or not.

    A student version is compared with its own source, as the build does it. Any other file, and any other assignment's
    notebook, may hold no line of a secret that no student version shows anyway.
    """
    sources = {name: read_notebook(course.notebook("source", name)) for name in course.assignments}
    secrets = {name: secrets_of(source) for name, source in sources.items()}
    visible = "\n".join(text for found in secrets.values() for text in found.visible.values())
    known = {" ".join(line.split()) for line in visible.split("\n")}
    texts = dict(_texts(files))
    found: list[CoursepackError] = []
    for assignment, source in sources.items():
        own = f"{assignment}/{assignment}.ipynb"
        if own in files:
            found += release_leaks(source, Shown.of(assignment, files[own]).notebook, own)
        rest = _less(secrets[assignment], known)
        others = {name: text for name, text in texts.items() if name != own}
        prose = {name: text for name, text in others.items() if name.endswith(WITH_NUMBERS)}
        found += text_leaks(rest, prose, visible, assignment)
        data = {name: text for name, text in others.items() if name not in prose}
        found += text_leaks(_numberless(rest), data, visible, assignment)
    return found


def _texts(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the files that are text, a notebook as what it shows."""
    for name, content in files.items():
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if name.endswith(".ipynb"):
            text = "\n".join(cell_text(cell) for cell in Shown.of(name, content).notebook.cells)
        yield name, text


def _less(secrets: Secrets, known: set[str]) -> Secrets:
    """Return secrets without the lines that students see anyway."""

    def less(some: tuple[Secret, ...]) -> tuple[Secret, ...]:
        return tuple(replace(one, lines=tuple(line for line in one.lines if line not in known)) for one in some)

    return replace(secrets, hidden=less(secrets.hidden), solutions=less(secrets.solutions))


def _numberless(secrets: Secrets) -> Secrets:
    return replace(secrets, hidden=tuple(replace(one, numbers=frozenset()) for one in secrets.hidden))
