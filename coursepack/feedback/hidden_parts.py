"""Take hidden tests and marking schemes out of a graded notebook."""

from __future__ import annotations

import copy
import re

from nbformat import NotebookNode

from coursepack.authoring.leaks import Secrets, redact, secrets_of
from coursepack.notebooks.cells import is_task, is_test, marks_of
from coursepack.notebooks.markers import marker, split, without_regions

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# These messages stand alone; other errors are prefixed with their type.
_PLAIN_FAILURES = frozenset({"CheckFailed"})


def remove_hidden_parts(nb: NotebookNode) -> Secrets:
    """Clean every cell of an autograded notebook in place; return its secrets, for messages kept elsewhere.

    A test cell with a hidden region keeps its visible lines and one line per error: the message, without traceback and
    with the hidden cases' own lines and numbers removed. Everything else it printed is dropped, because a student's
    function can print the arguments it is called with. Other cells stay as they are.
    """
    secrets = secrets_of(_without_students_markers(nb))
    for cell in filter(is_task, nb.cells):
        cell.source = without_regions(cell.source, "MARK SCHEME")
    for cell in filter(is_test_cell, nb.cells):
        if has_hidden_part(cell):
            errors = [output for output in cell.outputs if output.output_type == "error"]
            cell.outputs = [_message(output, secrets) for output in errors]
            cell.source = without_regions(cell.source, "HIDDEN TESTS")
    return secrets


def is_test_cell(cell: NotebookNode) -> bool:
    """Tell whether a cell is code that is graded automatically."""
    return cell.cell_type == "code" and is_test(cell)


def has_hidden_part(cell: NotebookNode) -> bool:
    """Tell whether a test cell has a hidden region."""
    return bool(split(cell.source, where="").of("HIDDEN TESTS"))


def _without_students_markers(nb: NotebookNode) -> NotebookNode:
    """Return a copy without the markers in cells that students may have edited, which may contain anything."""
    copied = copy.deepcopy(nb)
    for cell in copied.cells:
        if not (is_test_cell(cell) or (is_task(cell) and marks_of(cell).get("locked"))):
            cell.source = "\n".join(line for line in cell.source.split("\n") if marker(line) is None)
    return copied


def _message(output: NotebookNode, secrets: Secrets) -> NotebookNode:
    """Return an error output reduced to its message."""
    said = _ANSI.sub("", output.evalue).strip()
    named = said if output.ename in _PLAIN_FAILURES else f"{output.ename}: {said}".rstrip(": ")
    output.evalue = redact(said, secrets)
    output.traceback = [redact(named or output.ename, secrets)]
    return output
