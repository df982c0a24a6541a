"""Find names for cells that have none, from what they hold and where they stand."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.notebooks.cell_ids import readable, unused
from coursepack.notebooks.cells import is_solution, is_task, is_test
from coursepack.notebooks.nbgrader_fields import fields_of_text, kinds_of_regions
from coursepack.subject.magics import parse_cell

_HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
# "Exercise 3: ", "2. ", and "(4 points)" at the end.
_NUMBER = re.compile(r"^(exercise\s+)?\d+\s*[.:)]\s*|\s*\([^()]*\)\s*$", re.IGNORECASE)
MAX_WORDS = 4


@dataclass
class Names:
    """Names cells in a notebook's order.

    Attributes:
        taken: the names that other cells have.
        heading: the last heading, as a name.
        exercise: the name of the last answer; empty before the first one.
        first: whether no cell was seen yet.
    """

    taken: set[str]
    heading: str = ""
    exercise: str = ""
    first: bool = True

    def see(self, cell: NotebookNode, name: str = "") -> str:
        """Go on to the next cell, and return its name: the one it has, or else a new one."""
        heading = _heading(cell)
        self.heading = heading or self.heading
        chosen = name or unused(self._proposal(cell, heading), self.taken)
        self.taken.add(chosen)
        self.first = False
        if _is_answer(cell):
            self.exercise = chosen
        return chosen

    def _proposal(self, cell: NotebookNode, heading: str) -> str:
        if cell.cell_type != "code":
            return self._name_of_text(cell, heading)
        exercise = self.exercise or "first"
        if _is_test(cell):
            hidden = "HIDDEN TESTS" in kinds_of_regions(cell)
            return f"{exercise}-hidden" if hidden else f"{exercise}-visible"
        if not self.exercise and _imports(cell.source):
            return "setup"
        return _defined(cell.source) or (f"{exercise}-try" if self.exercise else "given")

    def _name_of_text(self, cell: NotebookNode, heading: str) -> str:
        if is_task(cell) or "MARK SCHEME" in kinds_of_regions(cell):
            return f"{self.exercise or 'answer'}-marking"
        if _is_answer(cell):
            return self.heading or "answer"
        if self.first and heading:
            return "title"
        return f"{heading or self.exercise or self.heading or 'some'}-text"


def _is_answer(cell: NotebookNode) -> bool:
    return is_solution(cell) or bool((fields_of_text(cell) or {}).get("solution"))


def _is_test(cell: NotebookNode) -> bool:
    return is_test(cell) or bool((fields_of_text(cell) or {}).get("grade"))


def _heading(cell: NotebookNode) -> str:
    """Return a text's last heading as a name, without the exercise's number and its points."""
    found = _HEADING.findall(cell.source) if cell.cell_type == "markdown" and not _is_answer(cell) else []
    return "-".join(readable(_NUMBER.sub("", found[-1])).split("-")[:MAX_WORDS]) if found else ""


def _defined(source: str) -> str:
    """Return the first function, class or variable that a cell defines, as a name."""
    for node in _body(source):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return readable(node.name)
        if isinstance(node, ast.Assign):
            names = [one.id for one in ast.walk(node.targets[0]) if isinstance(one, ast.Name)]
            return readable(names[0]) if names else ""
    return ""


def _imports(source: str) -> bool:
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in _body(source))


def _body(source: str) -> list[ast.stmt]:
    try:
        return parse_cell(source).body
    except SyntaxError:
        return []
