"""Do visible tests say what they checked, and does the last cell of each notebook say where a student stands?"""

from __future__ import annotations

import ast
import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.cells import code_cells, is_solution, is_test, points_of
from coursepack.notebooks.dependencies import Names
from coursepack.notebooks.reading import read_notebook

COURSE = Course.find(Path(__file__).parent)
LAST, NOT_BEGUN, PASSED = "where-you-stand", "– not begun", "✓ passed"
FAILING, CHANGED = "✗ failing: its visible test says why", "? changed since its visible test passed: run the test again"
UNTESTED = "? begun: run its visible test"
each_assignment = pytest.mark.parametrize("assignment", COURSE.assignments)


def source_of(assignment: str) -> NotebookNode:
    return read_notebook(COURSE.notebook("source", assignment))


def text_of(assignment: str, name: str) -> str:
    return next(str(cell.source) for cell in source_of(assignment).cells if cell.id == name)


def visible_tests(assignment: str) -> list[NotebookNode]:
    return [cell for cell in code_cells(source_of(assignment)) if is_test(cell) and not points_of(cell)]


def table_of(assignment: str) -> dict[tuple[int, str], list[str] | str]:
    """Return the table of the last cell: for (number, exercise) the names it defines, or what to say of it."""
    table = ast.parse(text_of(assignment, LAST)).body[0]
    assert isinstance(table, ast.Assign)
    return dict(ast.literal_eval(table.value))


def helpers() -> str:
    """Return the part of the set-up that visible tests need, without the imports."""
    text = text_of("ps1_conv_filters", "setup")
    return text[text.index("visible_tests = ") :]


def standing(namespace: dict[str, Any], table: str = "") -> dict[str, str]:
    """Run the last cell of a notebook in a namespace; return what it says about each exercise."""
    said = io.StringIO()
    text = text_of("ps1_conv_filters", LAST)
    if table:
        text = f"exercises = {table}\n" + text[text.index("\n\n\ndef is_stub") :]
    with contextlib.redirect_stdout(said):
        exec(text, namespace)
    return dict(re.findall(r"^ *\d+  (.*?) {2,}(.*)$", said.getvalue(), re.MULTILINE))


@each_assignment
def test_does_each_visible_test_begin_and_end_with_its_exercise(assignment: str) -> None:
    tested = {}
    for cell in visible_tests(assignment):
        first, *_, last = ast.parse(cell.source).body
        begins, passed = (statement.value for statement in (first, last) if isinstance(statement, ast.Expr))
        assert isinstance(begins, ast.Call) and isinstance(passed, ast.Call)
        assert (ast.unparse(begins.func), ast.unparse(passed.func)) == ("test_begins", "test_passed"), cell.id
        (exercise,) = map(ast.literal_eval, begins.args)
        assert ast.literal_eval(passed.args[0]) == exercise
        tested[exercise] = [ast.unparse(answer) for answer in passed.args[2:]]
    listed = {exercise: names for (_, exercise), names in table_of(assignment).items() if isinstance(names, list)}
    assert tested == listed
    assert all(tested.values())


@each_assignment
def test_is_every_exercise_listed_by_its_number(assignment: str) -> None:
    headings = "\n".join(cell.source for cell in source_of(assignment).cells if cell.cell_type == "markdown")
    numbers = {int(number) for number in re.findall(r"^## Exercise (\d+)", headings, re.MULTILINE)}
    listed = [number for number, _ in table_of(assignment)]
    assert set(listed) == numbers
    assert listed == sorted(listed)


@each_assignment
def test_is_every_written_answer_listed(assignment: str) -> None:
    written = [cell for cell in source_of(assignment).cells if is_solution(cell) and cell.cell_type == "markdown"]
    said = [state for state in table_of(assignment).values() if str(state).startswith("written: ")]
    assert len(said) == len(written)


@each_assignment
def test_does_an_exercise_that_is_listed_define_what_it_is_known_by(assignment: str) -> None:
    """Something that a given cell made by the same name would count as begun."""
    made = [Names.of(cell.source).made for cell in code_cells(source_of(assignment))]
    for names in table_of(assignment).values():
        for name in names if isinstance(names, list) else ():
            assert sum(name in each for each in made) == 1, name


@each_assignment
def test_are_the_last_cell_and_the_helpers_the_same_everywhere(assignment: str) -> None:
    def logic(name: str) -> str:
        text = text_of(name, LAST)
        return text[text.index("\n\n\ndef is_stub") :]

    assert logic(assignment) == logic("ps1_conv_filters")
    assert helpers() in text_of(assignment, "setup")
    assert source_of(assignment).cells[-1].id == LAST


@each_assignment
def test_is_nothing_begun_where_nothing_has_run(assignment: str) -> None:
    said: dict[str, Any] = {}
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(text_of(assignment, LAST), said)
    table = table_of(assignment)
    states = [state if isinstance(state, str) else NOT_BEGUN for state in table.values()]
    lines = output.getvalue().splitlines()
    assert len(lines) == len(table)
    for line, (number, exercise), state in zip(lines, table, states, strict=True):
        assert re.fullmatch(rf" *{number}  {re.escape(exercise)} +{re.escape(state)}", line)


TWICE = '{(1, "twice"): ["twice"]}'
STUB = "def twice(x):\n    raise NotImplementedError()"
RIGHT = "def twice(x):\n    return 2 * x"
WRONG = "def twice(x):\n    return x"
TEST = 'test_begins("twice")\nassert twice(2) == 4\ntest_passed("twice", "2", twice)'
CLASS = "class twice(Base):\n    def __init__(self):\n        {}\n    @staticmethod\n    def forward(x):\n        {}"
STEPS = {
    "the stub": ([STUB], NOT_BEGUN),
    "the stub and its test": ([STUB, TEST], NOT_BEGUN),
    "an answer": ([RIGHT], UNTESTED),
    "a right answer and its test": ([RIGHT, TEST], PASSED),
    "a wrong answer and its test": ([WRONG, TEST], FAILING),
    "wrong, then mended": ([WRONG, TEST, RIGHT, TEST], PASSED),
    "right, then spoilt": ([RIGHT, TEST, WRONG], CHANGED),
    "right, then spoilt and tested": ([RIGHT, TEST, WRONG, TEST], FAILING),
    "right, then put back": ([RIGHT, TEST, STUB, TEST], NOT_BEGUN),
    "the same function fails later": ([RIGHT, TEST, "twice.__code__ = (lambda x: 0).__code__", TEST], FAILING),
    "set up again": ([RIGHT, TEST, helpers()], PASSED),
    "deleted": ([RIGHT, TEST, "del twice"], NOT_BEGUN),
    "a class's stubs": ([CLASS.format(*["raise NotImplementedError()"] * 2)], NOT_BEGUN),
    "half a class": ([CLASS.format("pass", "raise NotImplementedError()")], UNTESTED),
    "a class": ([CLASS.format("pass", "return 2 * x"), TEST.replace("twice(2)", "twice.forward(2)")], PASSED),
    "a class without functions": (["class twice:\n    forward = 3"], UNTESTED),
    "a value": (["twice = [1, 2]"], UNTESTED),
}


@pytest.mark.parametrize("steps", STEPS)
def test_is_the_state_right_after_each_way_of_working(steps: str) -> None:
    namespace: dict[str, Any] = {"Base": object}
    exec(helpers(), namespace)
    ran, state = STEPS[steps]
    for cell in ran:
        with contextlib.suppress(AssertionError, NotImplementedError), contextlib.redirect_stdout(io.StringIO()):
            exec(cell, namespace)
    assert standing(namespace, TWICE) == {"twice": state}


ODD = """
def never(*_, **__):
    raise SystemExit("odd")

class Meta(type):
    __getattribute__ = __eq__ = __bool__ = __instancecheck__ = __subclasscheck__ = never
    __hash__ = None

class Raising:
    __getattribute__ = __getattr__ = __eq__ = __bool__ = __len__ = __repr__ = __str__ = never
    __hash__ = None
"""
ODD_THINGS = {
    "a class of an odd metaclass": "twice = Meta('twice', (), {'forward': len})",
    "an object without attributes": "twice = Raising()",
    "a class that holds one": "class twice:\n    one, __eq__, __class__ = Raising(), never, property(never)",
    "a function that holds one": "def twice(x): pass\ntwice.one = Raising()",
    "a built-in function": "twice = len",
    "a wrapped function": "import functools\ntwice = functools.partial(print)",
    "None": "twice = None",
}


@pytest.mark.parametrize("odd", ODD_THINGS)
def test_does_the_last_cell_never_raise_whatever_an_answer_is(odd: str) -> None:
    namespace: dict[str, Any] = {}
    exec("\n".join([helpers(), ODD, ODD_THINGS[odd]]), namespace)
    assert standing(namespace, TWICE) == {"twice": UNTESTED}
    with contextlib.redirect_stdout(io.StringIO()):
        exec('test_begins("twice")\ntest_passed("twice", "nothing", twice)', namespace)
    assert standing(namespace, TWICE) == {"twice": PASSED}


def test_does_the_last_cell_say_so_if_a_name_hides_one_that_it_needs() -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(text_of("ps1_conv_filters", LAST), {"all": [1, 2], "twice": 3})
    assert said.getvalue().startswith("the exercises cannot be listed: TypeError(")


def test_does_a_passing_visible_test_print_one_line_and_a_failing_one_none() -> None:
    namespace: dict[str, Any] = {}
    exec(f"{helpers()}\n{RIGHT}", namespace)
    said, complaints = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complaints):
        exec(TEST, namespace)
        exec(WRONG, namespace)
        with pytest.raises(AssertionError):
            exec(TEST, namespace)
    assert (said.getvalue(), complaints.getvalue()) == ("✓ twice: 2\n", "")
