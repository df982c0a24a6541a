"""If a name is missing because its cell raised an error, report that error instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nbformat import NotebookNode

from coursepack.notebooks.cell_texts import defined_names
from coursepack.notebooks.cells import is_test
from coursepack.sandbox.safe_output import clean_text

MAX_ERROR = 300
_MISSING = re.compile(r"(?:NameError: )?name '(\w{1,100})' is not defined")
_HINT = re.compile(r"hint: keep the given name, and make sure that its cell runs")
# IPython gives a cell's code a file name.
_FILE = re.compile(r"\([^()\s]{0,200}, (line \d+)\)")


def explained(message: str, cells: Sequence[NotebookNode]) -> str:
    """Return a check's message, with the error of the cell that should have defined the missing name.

    Args:
        message: why a test did not pass.
        cells: the notebook's cells; those that have run have outputs.
    """
    missing = _MISSING.search(message)
    errors = list(_errors(missing[1], cells)) if missing else []
    if missing is None or not errors:
        return message
    why = f"{missing[1]} is missing, because its cell ended with {errors[-1]}"
    return _HINT.sub("hint: run that cell by itself and fix its error", message.replace(missing[0], why))


def _errors(name: str, cells: Sequence[NotebookNode]) -> Iterable[str]:
    """Yield the error of each cell that defines a name and raised: the student's own text, shortened and cleaned."""
    for cell in cells:
        if is_test(cell):
            continue  # a test's own names are no answer's
        raised = [out for out in cell.get("outputs", []) if out.output_type == "error"]
        if raised and name in defined_names(cell.source):
            kind, text = (" ".join(clean_text(raised[-1].get(key), MAX_ERROR).split()) for key in ("ename", "evalue"))
            yield f"{kind}: {_FILE.sub(lambda match: f'({match[1]})', text)}".removesuffix(": ")
