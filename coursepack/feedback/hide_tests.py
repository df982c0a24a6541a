"""Feedback pages without hidden tests and marking schemes.

`nbgrader generate_feedback` shows cells as they were graded: marking schemes and hidden tests in full, the latter in
the source and again in tracebacks. This preprocessor takes them out; `nbgrader_config.py` adds it to
`GenerateFeedback`.
"""

from __future__ import annotations

import copy
import re

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from coursepack.authoring.leaks import Secrets, redact, secrets_of
from coursepack.notebooks.cells import is_task, is_test
from coursepack.notebooks.markers import marker, split, without_regions

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# These messages stand alone; other errors are prefixed with their type.
_PLAIN_FAILURES = frozenset({"CheckFailed"})


class HideTests(NbGraderPreprocessor):  # type: ignore[misc]
    """Remove marking schemes and hidden tests from a graded notebook, and from the output of failing tests.

    A test cell with a hidden region keeps its visible lines and one line per error: the message, without traceback and
    with the hidden cases' own lines and numbers removed. Everything else it printed is dropped, because a student's
    function can print the arguments it is called with. Other cells stay as they are.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Clean every cell of an autograded notebook, whose own cells are whole again after grading."""
        secrets = secrets_of(_without_students_markers(nb))
        for cell in filter(is_task, nb.cells):
            cell.source = without_regions(cell.source, "MARK SCHEME")
        for cell in filter(_is_test, nb.cells):
            if split(cell.source, where="").of("HIDDEN TESTS"):
                errors = [output for output in cell.outputs if output.output_type == "error"]
                cell.outputs = [_message(output, secrets) for output in errors]
                cell.source = without_regions(cell.source, "HIDDEN TESTS")
        return nb, resources


def _is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and is_test(cell)


def _without_students_markers(nb: NotebookNode) -> NotebookNode:
    """Return a copy without the markers in students' cells, which may contain anything."""
    copied = copy.deepcopy(nb)
    for cell in copied.cells:
        if not _is_test(cell):
            cell.source = "\n".join(line for line in cell.source.split("\n") if marker(line) is None)
    return copied


def _message(output: NotebookNode, secrets: Secrets) -> NotebookNode:
    """Return an error output reduced to its message."""
    said = _ANSI.sub("", output.evalue).strip()
    named = said if output.ename in _PLAIN_FAILURES else f"{output.ename}: {said}".rstrip(": ")
    output.evalue = redact(said, secrets)
    output.traceback = [redact(named or output.ename, secrets)]
    return output
