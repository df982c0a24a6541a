"""Does what a name stands for, and what a function calls, count as it is when a test runs?"""

from __future__ import annotations

import copy
from textwrap import indent
from typing import Any

import pytest
from lab import Lab, added, verdicts, with_cell
from tiny_course import answered, source_notebook

HIDDEN = """# Check that double works for other numbers
### BEGIN HIDDEN TESTS
from coursepack.checks import source, student

student = source.without(student, "double", "fractions", "numpy.convolve")
assert student.call("double", 21) == 42
### END HIDDEN TESTS"""
DIRTY = "from fractions import Fraction\ndef double(number):\n    return int(Fraction(number) * 2)"
CLEAN = "def double(number):\n    return number + number"
LIBRARY = "from fractions import Fraction\ndef library(number):\n    return int(Fraction(number) * 2)\n"
WAYS = {
    "named": DIRTY,
    "in a list": LIBRARY + "WAYS = [library]\ndef double(number):\n    return WAYS[0](number)",
    "in a partial function": LIBRARY + "import functools\ndef general(way, number):\n    return way(number)\n"
    "double = functools.partial(general, library)",
    "in a callable object": LIBRARY + "class Way:\n    def __call__(self, number):\n        return library(number)\n"
    "double = Way()",
    "in a closure": LIBRARY + "def make(way):\n    return lambda number: way(number)\ndouble = make(library)",
    "in a timed cell": f"%%time\n{DIRTY}",
    "in a timed cell, in a list": f"%%time\n{LIBRARY}WAYS = [library]\ndef double(number):\n    return WAYS[0](number)",
}
TAMPER = "import sys\nsys.setprofile = lambda hook: None\n"
# The agent is made to say that nothing was seen.
LYING = """import sys
agent = next(module for name, module in sys.modules.items() if name.endswith("subject_agent.local"))
agent.LocalSubject.watch = lambda self, rules: []
"""


def course() -> dict[str, Any]:
    """Return the tiny assignment, with a rule for `double`."""
    notebook = source_notebook()
    next(cell for cell in notebook["cells"] if cell["id"] == "double-hidden")["source"] = HIDDEN
    return notebook


def verdict(lab: Lab, double: str, *, above: str = "", below: str = "", at_the_end: str = "") -> str:
    """Return what became of `double-hidden`, with cells of the student's around answer and test."""
    notebook = answered()
    cells = notebook["cells"]
    next(cell for cell in cells if cell["id"] == "double")["source"] = double
    for text, name, offset in ((above, "double", 0), (below, "double", 1), (at_the_end, "treble-hidden", 1)):
        place = next(index for index, cell in enumerate(cells) if cell["id"] == name) + offset
        cells[place:place] = [added(text)] if text else []
    return verdicts(lab.grade(notebook, source=course(), cell_cpu_seconds=10.0))["double-hidden"]


RIGHT = {
    "a plain answer": (CLEAN, {}),
    "a timed answer": (f"%%time\n{CLEAN}", {}),
    "a timed answer behind comments and captures": (f"%%capture\n%%time\n{CLEAN}", {}),
    "an answer with line magics": (f"%matplotlib inline\n!true\n{CLEAN}\n%time double(2)\ndouble?", {}),
    "a magic within the answer": ("def double(number):\n    %time result = 2 * number\n    return 2 * number", {}),
    "a local name": (
        "def double(number):\n    Fraction = number\n    return Fraction.real + Fraction",
        {"above": "from fractions import Fraction"},
    ),
    "redefined behind all tests": (CLEAN, {"at_the_end": f"mine = double\n{DIRTY}"}),
    "redefined by a cell that raises first": (CLEAN, {"below": f"1 / 0\n{DIRTY}"}),
    "defined anew, rightly": (DIRTY, {"below": CLEAN}),
    "deleted and defined anew": (DIRTY, {"below": f"del double\n{CLEAN}"}),
    "redefined if something that is not": (CLEAN, {"below": "if False:\n" + indent(DIRTY, "    ")}),
    "a lambda": ("double = lambda number: number + number", {}),
    "attributes asked for by name": ("def double(number):\n    return getattr(number, 'real') * 2", {}),
}


@pytest.mark.parametrize("what", RIGHT)
def test_a_right_answer_passes(lab: Lab, what: str) -> None:
    """Does neither a name nor an order that is the student's own affair cost points?"""
    answer, around = RIGHT[what]
    assert verdict(lab, answer, **around) == "passed"


@pytest.mark.parametrize("what", WAYS)
def test_a_library_is_found(lab: Lab, what: str) -> None:
    """Does a forbidden library cost the points, however it is reached?"""
    assert verdict(lab, WAYS[what]) == "failed"


@pytest.mark.parametrize("below", [DIRTY, f"{DIRTY}\n1 / 0", "if True:\n" + indent(DIRTY, "    ")])
def test_a_redefinition_above_the_test_counts(lab: Lab, below: str) -> None:
    """Is what the name stands for when the test runs what is looked at?"""
    assert verdict(lab, CLEAN, below=below) == "failed"


@pytest.mark.parametrize("tamper", [TAMPER, LYING], ids=["no hook", "an agent that lies"])
def test_the_text_bears_witness_where_the_kernel_does_not(lab: Lab, tamper: str) -> None:
    """Is a library that stands in the text found in a kernel whose hook is gone?"""
    assert verdict(lab, DIRTY, above=tamper) != "passed"
    assert verdict(lab, f"%%time\n{DIRTY}", above=tamper) != "passed"


def test_a_detour_in_a_kernel_whose_agent_lies_is_not_seen(lab: Lab) -> None:
    """Is that as docs/security.md says it is, and the lie of the test above one that works?"""
    assert verdict(lab, WAYS["in a list"], above=LYING) == "passed"


def test_the_message_names_the_library_alone(lab: Lab) -> None:
    """Is the student told what to leave out, in words of the exercise?"""
    notebook = with_cell("x = 1")
    next(cell for cell in notebook["cells"] if cell["id"] == "double")["source"] = WAYS["in a list"]
    graded = lab.grade(copy.deepcopy(notebook), source=course(), cell_cpu_seconds=10.0)
    [record] = [record for record in graded.records if record.grade_id == "double-hidden"]
    assert record.message.splitlines()[:2] == [
        "double: solve this exercise without fractions",
        "  got: fractions.Fraction.__new__, called in library",
    ]
