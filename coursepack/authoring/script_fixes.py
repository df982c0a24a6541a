"""`coursepack lint --fix` for an assignment that is a script: only the lines that begin a cell are edited."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from coursepack.authoring.fixes import fix
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import marks_of
from coursepack.notebooks.text_form import notebook_of

# Jupytext's; `# %%time` is a magic.
_BEGIN = re.compile(r"#\s*%%+(?=\s|$)")


def mend_script(text: str, *, where: str) -> tuple[str, list[str]]:
    """Name a script's cells, and set points that a heading promises.

    Args:
        text: the script, in Jupytext's percent form.
        where: the script's name in messages.

    Returns:
        The text with changed lines, and what was changed, one sentence each.

    Raises:
        CoursepackError: the script cannot be read, or no line can be changed so that a cell gets its name.
    """
    before, wanted = notebook_of(text, where=where), notebook_of(text, where=where)
    changes = fix(wanted)
    lines = text.split("\n")
    places = [number for number, line in enumerate(lines) if _BEGIN.match(line)]
    for place, old, new in zip(places, before.cells, wanted.cells, strict=False):
        lines[place] = _begin(lines[place], old, new)
    mended = "\n".join(lines)
    if changes and notebook_of(mended, where=where) != wanted:
        remedy = "begin every cell with a line `# %% cell-id`, also the first, and leave nbgrader={…} out"
        raise CoursepackError("the script's cells cannot be named line by line", where=where, remedy=remedy)
    return mended, changes


def _begin(line: str, old: NotebookNode, new: NotebookNode) -> str:
    """Return the line that begins a cell, with the cell's new id and points."""
    if old.id != new.id:
        titled = re.compile(rf"({_BEGIN.pattern})\s+{re.escape(old.id)}(?=\s|$)")
        line = (titled if titled.match(line) else _BEGIN).sub(f"# %% {new.id}", line, count=1)
    if marks_of(old).get("points") != marks_of(new).get("points"):
        line = f"{line.rstrip()} points={marks_of(new)['points']}"
    return line
