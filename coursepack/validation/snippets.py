"""Read right and wrong answers kept as text: a snippet names the cells that it replaces in a solved notebook.

Form of `answers/<assignment>/right/<name>.py` and `answers/<assignment>/wrong/<name>.py`:

    \"\"\"Takes the middle value without sorting first.\"\"\"
    # loses: median-hidden, quartiles-hidden
    # %% median
    <the whole source of that cell, as a student would hand it in>

`loses` is for wrong answers only and may continue on further `# loses:` lines.
"""

from __future__ import annotations

import ast
import copy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.errors import UNREADABLE, CoursepackError
from coursepack.notebooks.cells import grade_id_of
from coursepack.notebooks.versions import released_notebook, solved_notebook

__all__ = ["Snippet", "apply_snippet", "load_snippet", "load_snippets", "released_notebook", "solved_notebook"]

_CELL = re.compile(r"^# %%(?P<name>.*)$")
_LOSES = re.compile(r"^# *loses:(?P<names>.*)$")


@dataclass(frozen=True)
class Snippet:
    """One answer to some cells of an assignment.

    Attributes:
        name: the file's name without its ending.
        path: the file.
        summary: what is special about the answer, one sentence.
        loses: ids of the cells whose points the answer must lose, in the file's order; none for a right answer.
        cells: the new source by cell id.
    """

    name: str
    path: Path
    summary: str
    loses: tuple[str, ...]
    cells: dict[str, str]


def load_snippet(path: Path) -> Snippet:
    """Read a snippet.

    Raises:
        CoursepackError: the file is missing or not in the form above; names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CoursepackError(f"the snippet cannot be read: {error}", where=str(path), remedy=UNREADABLE) from error
    starts = [number for number, line in enumerate(lines) if _CELL.match(line)]
    if not starts:
        raise _fault("no cell is replaced", path, len(lines), "start each cell with a line `# %% cell-id`")
    summary, loses = _read_head(lines[: starts[0]], path)
    return Snippet(path.stem, path, summary, loses, _read_cells(lines, starts, path))


def load_snippets(course: Course, kind: Literal["wrong", "right"], assignment: str) -> list[Snippet]:
    """Return an assignment's snippets of one kind, sorted by name.

    Raises:
        CoursepackError: a file is malformed, a wrong answer loses nothing, or a right one something.
    """
    folder = course.root / "answers" / assignment / kind
    snippets = [load_snippet(path) for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    for snippet in snippets:
        if kind == "wrong" and not snippet.loses:
            raise _fault(
                "a wrong answer must lose a cell", snippet.path, 2, "add `# loses: cell-id` below the docstring"
            )
        if kind == "right" and snippet.loses:
            raise _fault("a right answer loses nothing", snippet.path, 2, "remove `# loses:`")
    return snippets


def apply_snippet(notebook: NotebookNode, snippet: Snippet) -> NotebookNode:
    """Return a copy of the notebook with the snippet's cells in place of its own.

    Raises:
        CoursepackError: the notebook has no cell of that id.
    """
    changed = copy.deepcopy(notebook)
    by_id = {grade_id_of(cell) or cell.get("id"): cell for cell in changed.cells}
    for name, text in snippet.cells.items():
        if name not in by_id:
            known = ", ".join(key for key, cell in by_id.items() if key and cell.cell_type == "code")
            raise CoursepackError(
                f"the notebook has no cell “{name}”", where=str(snippet.path), remedy=f"use one of: {known}"
            )
        by_id[name].source = text
    return changed


def _read_head(lines: list[str], path: Path) -> tuple[str, tuple[str, ...]]:
    """Return summary and lost cells from the lines above the first cell."""
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError as error:
        raise _fault("the head is not Python", path, error.lineno or 1, "write a docstring first") from error
    summary = (ast.get_docstring(tree) or "").strip().split("\n")[0]
    if not summary:
        raise _fault("the docstring is missing", path, 1, "say in one sentence what is special about the answer")
    if len(tree.body) > 1:
        raise _fault("there is code above the first cell", path, tree.body[1].lineno, "move it below a `# %%` line")
    return summary, _read_loses(lines, (tree.body[0].end_lineno or 1), path)


def _read_loses(lines: list[str], start: int, path: Path) -> tuple[str, ...]:
    """Return the ids named by the `# loses:` lines below line `start`."""
    names: list[str] = []
    for number, line in enumerate(lines[start:], start + 1):
        match = _LOSES.match(line)
        if match is None:
            if line.strip():
                raise _fault("the line is not understood", path, number, "write `# loses: cell-id, cell-id`")
            continue
        found = [name.strip() for name in match["names"].strip().rstrip(",").split(",")]
        if not all(re.fullmatch(r"[\w-]+", name) for name in found) or set(found) & set(names):
            raise _fault("a cell id is empty, repeated or invalid", path, number, "write ids, comma-separated")
        names.extend(found)
    return tuple(names)


def _read_cells(lines: list[str], starts: list[int], path: Path) -> dict[str, str]:
    """Return the source of each cell, without blank lines at its ends."""
    cells: dict[str, str] = {}
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        name = lines[start].removeprefix("# %%").strip()
        text = "\n".join(lines[start + 1 : end]).strip("\n")
        if not re.fullmatch(r"[\w-]+", name):
            raise _fault("the cell has no id", path, start + 1, "write `# %% cell-id`")
        if name in cells:
            raise _fault(f"the cell “{name}” occurs twice", path, start + 1, "keep one of them")
        if not text.strip():
            raise _fault(f"the cell “{name}” is empty", path, start + 1, "write its new source below")
        if "BEGIN SOLUTION" in text:
            raise _fault("a student's answer has no markers", path, start + 1, "remove the marker lines")
        cells[name] = text
    return cells


def _fault(what: str, path: Path, line: int, remedy: str) -> CoursepackError:
    return CoursepackError(what, where=f"{path}:{line}", remedy=remedy)
