"""An author's mistakes in a source notebook, found before anything is built from it."""

from __future__ import annotations

import ast
import contextlib
import re
from collections import Counter
from collections.abc import Iterator

from nbformat import NotebookNode

from coursepack.authoring import points_table
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import cell_name, is_solution, is_test, marks_of
from coursepack.notebooks.dependencies import Names
from coursepack.notebooks.imports import imported_modules
from coursepack.notebooks.markers import Split, marker, split
from coursepack.notebooks.unknown_names import foreign_names
from coursepack.notebooks.versions import released_notebook
from coursepack.subject.magics import parse_cell

# Ids that a tool made up: eight or more hexadecimal digits, or a UUID, perhaps after "cell-" or "id-".
_ANONYMOUS = re.compile(r"(cell-|id-)?([0-9a-f]{8,}|[0-9a-f-]{36}|\d+)")
_READABLE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_OPENING = "# Check that "


def find_mistakes(source: NotebookNode, name: str, package: str = "") -> list[CoursepackError]:
    """Return every author's mistake that shows without running the notebook.

    Args:
        source: the source notebook.
        name: how messages name it, for example its path in the course.
        package: the course's own package, if it has one: only hidden tests may import it.
    """
    mistakes = [*_id_mistakes(source, name)]
    for index, cell in enumerate(source.cells):
        where = f"{name}, cell “{cell_name(cell, index)}”"
        try:
            parts = split(cell.source, where=where)
        except CoursepackError as mistake:
            mistakes.append(mistake)
            continue
        mistakes += _marker_mistakes(cell, parts, where)
        if cell.cell_type == "code":
            mistakes += _leftover_mistakes(cell, where)
            mistakes += _foreign_packages(source, cell, {"coursepack", package} - {""}, where)
        if cell.cell_type == "code" and is_test(cell):
            values = [*_value_mistakes(cell, where)] or [*_name_mistakes(source, cell, where)]
            mistakes += [*_test_mistakes(cell, parts, where), *values]
    return mistakes or [*points_table.find_mistakes(source, name), *_refusals(source, name)]


def _id_mistakes(source: NotebookNode, name: str) -> Iterator[CoursepackError]:
    """Yield ids that are missing, made up by a tool, used twice or unequal to the grade_id."""
    remedy = "give it a name such as `conv2d`, `conv2d-visible`, `conv2d-hidden`"
    counts = Counter(cell.get("id") for cell in source.cells)
    for index, cell in enumerate(source.cells):
        where, identity = f"{name}, cell “{cell_name(cell, index)}”", cell.get("id")
        if not identity:
            yield CoursepackError("the cell has no id", where=where, remedy=remedy)
            continue
        if _ANONYMOUS.fullmatch(identity) or not _READABLE.fullmatch(identity):
            yield CoursepackError("the cell's id is not a readable name", where=where, remedy=remedy)
        if counts[identity] > 1:
            counts[identity] = 0  # one error for all cells of that id
            yield CoursepackError("two cells have the same id", where=where, remedy=remedy)
        grade_id = marks_of(cell).get("grade_id", identity)
        if grade_id != identity:
            what = f"the cell's id differs from its nbgrader grade_id “{grade_id}”"
            yield CoursepackError(what, where=where, remedy="use one name for both")


def _marker_mistakes(cell: NotebookNode, parts: Split, where: str) -> Iterator[CoursepackError]:
    """Yield regions that stand in the wrong kind of cell, are empty or are missing."""
    solution, test = is_solution(cell), is_test(cell)
    if parts.of("SOLUTION") and not solution:
        yield _fault("a solution region stands in a cell that is no solution cell", where)
    if parts.of("HIDDEN TESTS") and not test:
        yield _fault("a hidden test stands in a cell that is no test cell", where)
    if solution and cell.cell_type == "code" and not parts.of("SOLUTION"):
        yield _fault("the solution cell has no solution region, so its signature would be lost", where)
    if any(not region.text.strip() for region in parts.regions):
        yield _fault("a marked region is empty", where)


def _leftover_mistakes(cell: NotebookNode, where: str) -> Iterator[CoursepackError]:
    """Yield what a run left behind."""
    if cell.get("outputs") or cell.get("execution_count") is not None:
        yield CoursepackError("the source cell holds outputs", where=where, remedy="run nbstripout --keep-id")


def _foreign_packages(source: NotebookNode, cell: NotebookNode, own: set[str], where: str) -> Iterator[CoursepackError]:
    """Yield what a cell takes, outside its hidden tests, from packages that students do not have."""
    try:
        tree = parse_cell(_without_hidden_tests(cell.source))
    except SyntaxError:  # told where it matters: of a test cell below, of others when the notebook is run
        return
    code = ast.unparse(tree)
    found = [name for name in imported_modules(code) if name.split(".")[0] in own]
    # A dotted name in a call or in a text: `import_module("my_course.data")`; not the attribute of a variable.
    dotted = re.findall(rf"(?<![\w.])(?:{'|'.join(map(re.escape, sorted(own)))})(?:\.\w+)+", code)
    found += [name for name in dotted if name.split(".")[0] not in _variables(source)]
    if found:
        remedy = "import it between `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`, or do without it"
        yield CoursepackError(f"the cell uses “{found[0]}”, which students do not have", where=where, remedy=remedy)


def _without_hidden_tests(source: str) -> str:
    """Return a cell's text with `pass` in the place of each hidden region, so that it stays Python."""
    kept, hidden = [], False
    for line in source.split("\n"):
        found = marker(line)
        if found is not None and found[1] == "HIDDEN TESTS":
            hidden = found[0] == "BEGIN"
            kept += [line[: len(line) - len(line.lstrip())] + "pass"] if hidden else []
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)


def _variables(source: NotebookNode) -> set[str]:
    """Return the names that a notebook's cells make otherwise than by an import."""
    made = set[str]()
    for cell in source.cells:
        if cell.cell_type == "code":
            with contextlib.suppress(SyntaxError):
                made |= Names.of(cell.source).made - Names.of(cell.source).imported
    return made


def _test_mistakes(cell: NotebookNode, parts: Split, where: str) -> Iterator[CoursepackError]:
    """Yield points on the wrong tests and a missing rubric comment."""
    points, hidden = marks_of(cell).get("points"), bool(parts.of("HIDDEN TESTS"))
    if not isinstance(points, (int, float)) or isinstance(points, bool) or points < 0:
        yield _fault(f"the test cell has points {points!r}, not a number of at least 0", where)
    elif hidden and points == 0:
        yield _fault("the hidden test is worth 0 points", where)
    elif not hidden and points > 0:
        yield _fault(f"the visible test is worth {points} points; points belong on hidden tests", where)
    if not cell.source.startswith(_OPENING):
        yield _fault(f"the test cell does not begin with a comment `{_OPENING}…`", where)


def _value_mistakes(cell: NotebookNode, where: str) -> Iterator[CoursepackError]:
    """Yield a test cell that is no Python, or ends in a value: nbgrader would read the value as points."""
    try:
        body = parse_cell(cell.source).body
    except SyntaxError as error:
        yield _fault(f"the test cell is no Python: {error.msg}, line {error.lineno}", where)
        return
    if body and isinstance(body[-1], ast.Expr) and not isinstance(body[-1].value, ast.Call):
        yield _fault("the test cell ends in a value, which nbgrader reads as points", where)


def _name_mistakes(source: NotebookNode, cell: NotebookNode, where: str) -> Iterator[CoursepackError]:
    """Yield what the judge, who runs tests that carry points outside the notebook, could not make sense of."""
    if not marks_of(cell).get("points"):
        return
    try:
        compile(cell.source, where, "exec", dont_inherit=True)
        for what, remedy in foreign_names(source, cell):
            yield CoursepackError(what, where=where, remedy=remedy)
    except SyntaxError as error:
        what = f"the hidden test is no plain Python, which the judge needs: {error.msg}, line {error.lineno}"
        yield CoursepackError(what, where=where, remedy="leave out magics, shell commands and a bare await")


def _refusals(source: NotebookNode, name: str) -> Iterator[CoursepackError]:
    """Yield why nbgrader itself refuses the notebook."""
    try:
        released_notebook(source)
    except CoursepackError as error:
        yield CoursepackError(error.what, where=name)


def _fault(what: str, where: str) -> CoursepackError:
    return CoursepackError(what, where=where)
