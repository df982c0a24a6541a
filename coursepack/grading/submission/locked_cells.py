"""Report what a student wrote into locked cells: restoring their text can delete an answer written there."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from nbformat import NotebookNode

from coursepack.name_list import name_list
from coursepack.notebooks.cell_texts import lines_of, same_code, same_text
from coursepack.notebooks.cells import grade_id_of, is_written_in, marks_of

# The number of changed cells reported with what was written, and the number of characters shown.
TOLD = 5
MAX_TOLD = 300
MAX_LINES = 400


def locked_changes(pairs: Sequence[tuple[NotebookNode, NotebookNode]]) -> list[str]:
    """Return a sentence for each locked cell whose text a student changed.

    Changes of layout alone are not reported, nor a text that the course changed after its release: then the submitted
    cell still has the checksum that nbgrader gave to its text.

    Args:
        pairs: cells of the student version, each with the submitted cell.
    """
    changed = [(own, cell) for own, cell in pairs if not is_written_in(own) and _is_changed(own, cell)]
    notes = [_told(grade_id_of(own), own.source, cell.source) for own, cell in changed[:TOLD]]
    if len(changed) > TOLD:
        names = name_list(grade_id_of(own) for own, _ in changed[TOLD:])
        notes.append(f"{len(changed) - TOLD} further locked cells were changed and put back: {names}")
    return notes


def _is_changed(own: NotebookNode, cell: NotebookNode) -> bool:
    same = same_code if own.cell_type == "code" else same_text
    return not same(own.source, cell.source) and not _as_handed_out(cell)


def _as_handed_out(cell: NotebookNode) -> bool:
    """Return whether a cell's checksum matches its text."""
    marks = marks_of(cell)
    if not isinstance(marks.get("checksum"), str) or not marks.get("grade_id"):
        return False
    # Imported here because it takes a worker a second, and few submissions need it.
    from nbgrader import utils

    try:
        return bool(marks["checksum"] == utils.compute_checksum(cell))
    except (KeyError, TypeError, ValueError):
        return False


def _told(name: str, ours: str, theirs: str) -> str:
    old, new = lines_of(ours)[:MAX_LINES], lines_of(theirs)[:MAX_LINES]
    steps = difflib.SequenceMatcher(a=old, b=new, autojunk=True).get_opcodes()
    written = [line for step, _, _, low, high in steps if step in ("insert", "replace") for line in new[low:high]]
    start = f"cell {name} is locked: its changed text was put back"
    if any(line.strip() for line in written):
        return f"{start}; the student had written: {_on_one_line(written)}"
    removed = [line for step, low, high, _, _ in steps if step != "equal" for line in old[low:high]]
    return f"{start}; the student had removed: {_on_one_line(removed)}"


def _on_one_line(lines: Sequence[str]) -> str:
    """Return lines as one printable line of limited length."""
    said = " ⏎ ".join(line for line in lines if line.strip())[: 2 * MAX_TOLD]
    said = "".join(one if one.isprintable() else "�" for one in said.replace("\t", "    "))
    return said if len(said) <= MAX_TOLD else said[:MAX_TOLD] + " …"
