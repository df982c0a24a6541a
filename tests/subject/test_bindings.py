"""Does the text of the cells that ran say what a name stands for, whatever the kernel says?"""

from __future__ import annotations

import ast
import time
from textwrap import indent

import pytest

from coursepack.subject import Source, bindings
from coursepack.subject.bindings import MAX_STATEMENTS, NotebookText, RanCell

CLEAN, DIRTY = "def f():\n    return 1", "def f():\n    return scipy"
SAID_CLEAN, VALUE, MISSING = Source("function", CLEAN), Source("value", ""), Source("missing", "")
OTHER = "def g():\n    return 1"
# cells, what the kernel says, what `f` is
NAMES = {
    "one definition": ([CLEAN], SAID_CLEAN, SAID_CLEAN),
    "the last one counts": ([CLEAN, DIRTY], SAID_CLEAN, Source("function", f"{DIRTY}\n{CLEAN}")),
    "a definition that is not denied": ([DIRTY], VALUE, Source("function", DIRTY)),
    "nor hidden": ([DIRTY], MISSING, Source("function", DIRTY)),
    "another text is read as well": ([DIRTY], SAID_CLEAN, Source("function", f"{DIRTY}\n{CLEAN}")),
    "comments and spaces are no other text": ([CLEAN], Source("function", "def f(): # one\n  return (1)"), SAID_CLEAN),
    "under a condition, the kernel says which": ([CLEAN, "if x:\n" + indent(DIRTY, " ")], SAID_CLEAN, SAID_CLEAN),
    "a condition that does not hold": (["if False:\n    def f():\n        return scipy"], MISSING, MISSING),
    "an attempt": (["try:\n    def f():\n        return 1\nexcept E:\n    f = 1"], VALUE, VALUE),
    "within `with`": ([CLEAN, "with a:\n    def f():\n        return scipy"], VALUE, Source("function", DIRTY)),
    "a library stays one": ([CLEAN], Source("library", "scipy.f"), Source("library", "scipy.f")),
    "deleted": ([DIRTY, "del f"], MISSING, MISSING),
    "set to something else": ([DIRTY, "f = 3"], VALUE, VALUE),
    "another name for a function": ([OTHER, "f = g"], Source("function", OTHER), Source("function", OTHER)),
    "set by a function": (["def g():\n    global f\n    f = 3", "g()"], VALUE, VALUE),
    "a target of a loop": ([DIRTY, "for f in (1, 2):\n    pass"], VALUE, VALUE),
    "an import": (["import scipy as f"], Source("module", "numpy"), Source("module", "scipy")),
    "an import by `from`": (["from scipy import fft as f"], MISSING, Source("missing", "scipy.fft")),
    "an imported function is a library's": (["from scipy import f"], SAID_CLEAN, Source("library", "scipy.f")),
    "an import that another way may follow": (["import scipy as f", "if x:\n    f = 3"], VALUE, VALUE),
    "imported under a condition": (["try:\n    import scipy as f\nexcept E:\n    f = None"], VALUE, VALUE),
    "unknown to the text": (["from x import *"], SAID_CLEAN, SAID_CLEAN),
    "a text that is no Python": (["f = (lambda:\n    1)"], Source("function", "    1)"), Source("function", "")),
    "in a timed cell": ([f"%%time\n{DIRTY}"], VALUE, Source("function", DIRTY)),
    "in a cell measured by timeit": ([f"%%timeit\n{DIRTY}"], MISSING, MISSING),
    "behind a broken cell": (["def (:", DIRTY], VALUE, Source("function", DIRTY)),
}  # fmt: skip


@pytest.mark.parametrize("what", NAMES)
def test_what_does_a_name_stand_for(what: str) -> None:
    cells, said, expected = NAMES[what]
    assert NotebookText(map(RanCell, cells)).source("f", said) == expected


@pytest.mark.parametrize("what", NAMES)
def test_is_a_given_cell_read_as_any_other(what: str) -> None:
    """Do all forks of the judge that find a cell read say of it what each of them would?"""
    cells, said, expected = NAMES[what]
    given = [RanCell(cell, given=True) for cell in cells]
    bindings.read_given(given)
    assert not bindings.read_given(given)
    assert NotebookText(given).source("f", said) == expected


def test_is_a_given_cell_read_once_and_a_students_never_outside_a_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def note(_: bindings.CellReader, text: str) -> ast.Module:
        read.append(text)
        return ast.parse(text)

    monkeypatch.setattr(bindings.CellReader, "read", note)
    given, own = RanCell("import scipy as f  # given", given=True), RanCell("def f():\n    return 2")
    assert bindings.read_given([given, own])
    assert not bindings.read_given([given, own])
    assert read == [given.text]
    assert NotebookText([given]).source("f", VALUE) == Source("value", "scipy")
    assert read == [given.text]
    assert NotebookText([given, own]).source("f", VALUE) == Source("function", own.text)
    assert read == [given.text, own.text]


def test_may_a_given_cell_that_raised_have_set_only_some_of_its_names() -> None:
    given = RanCell("import scipy as f  # it raised", given=True)
    bindings.read_given([given])
    assert NotebookText([given]).source("f", VALUE) == Source("value", "scipy")
    assert NotebookText([given._replace(whole=False)]).source("f", VALUE) == VALUE


STATEMENTS = (
    "a = b, (c, *d), e.f = [g for g in h]",
    "a[[b for b in c][0]] = 1",
    "a.b[c], (d) = 1, 2",
    "a += 1",
    "a: int = 1",
    "a: int",
    "(a): int = 1",
    "a.b: int = 1",
    "for a, (b, c.d) in e:\n    f = 1\nelse:\n    g = 2",
    "while a:\n    b = 1",
    "async def a(b=c):\n    d = 1",
    "def a(b):\n    global c\n    c = 1",
    "def a(b):\n    c: int = 1\n    del c",
    "def a(b=(c := 1)):\n    pass",
    "class a(b):\n    c = 1",
    "class a:\n    global b\n    b = 1",
    "with a as b, c as (d, e), f:\n    g = 1",
    "with a:\n    with b as c:\n        def d():\n            pass",
    "import a, b.c, d.e as f",
    "from a import b, c as d",
    "from . import a",
    "from .a import b",
    "from a import *",
    "from __future__ import annotations",
    "if (a := b):\n    c = 1",
    "if a:\n    b = 1\nelif c:\n    d = 1\nelse:\n    e = 1",
    "a = [b := c for d in e]",
    "(a := 1)",
    "assert a, b",
    "raise a from b",
    "del a, b.c, (d, e)",
    "try:\n    a = 1\nexcept b as c:\n    d = 1\nfinally:\n    e = 1",
    "match a:\n    case b:\n        c = 1",
    "match a:\n    case {'b': [c, *d], **e}:\n        pass",
    "lambda a: b",
    "a = lambda b: c",
    "global a\na = 1",
    "a = 1\ndef a():\n    pass\na = b(a)",
)


def set_by(text: str, *, plain: bool) -> dict[str, list[tuple[str, str, bool, str]]]:
    """Return all names that a cell sets, and how; read the quick way where it holds, or by the compiler alone."""
    found: dict[str, list[tuple[str, str, bool, str]]] = {}
    for name, way in bindings._set_by(ast.parse(text).body, sure=True, plain=plain):
        found.setdefault(name, []).append((way.kind, way.dotted, way.sure, way.text))
    return found


@pytest.mark.parametrize("statement", STATEMENTS)
def test_is_the_quick_reading_of_a_statement_the_compilers(statement: str) -> None:
    plain = not any(isinstance(node, bindings.ASIDE) for node in ast.walk(ast.parse(statement)))
    assert set_by(statement, plain=plain) == set_by(statement, plain=False)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_is_no_text_overlooked_that_sets_a_name(statement: str) -> None:
    assert all(bindings.may_set(statement, name) for name in set_by(statement, plain=False))


FOUND = (
    "f = scipy",
    "import scipy.fft as f",
    "for f in scipy:\n    pass",
    "f\\\n= 1",
    "def\\\n\\\n f():\n    pass",
    "a.f = f = 2",
)
PASSED_OVER = ("f.a = 1", "print(f.a)", "g = h", "x = [f.a for a in b]", "of = f(1)", "important = f.a")


@pytest.mark.parametrize("text", FOUND)
def test_is_a_cell_read_wherever_it_sets_a_name(text: str) -> None:
    assert bindings.may_set(text, "f")


@pytest.mark.parametrize("text", PASSED_OVER)
def test_is_a_cell_left_unread_that_only_uses_a_name(text: str) -> None:
    assert not bindings.may_set(text, "f")


def test_is_a_name_found_in_each_spelling_that_python_takes() -> None:
    text = NotebookText([RanCell("ｆ = 3")])
    assert text.source("f", VALUE) == VALUE
    assert NotebookText([RanCell("import scipy as ｆ")]).source("f", VALUE) == Source("value", "scipy")


def test_may_a_cell_that_raised_have_set_a_name_or_not() -> None:
    text = NotebookText([RanCell(CLEAN), RanCell(f"1 / 0\n{DIRTY}", whole=False)])
    assert text.source("f", SAID_CLEAN) == SAID_CLEAN
    assert text.source("f", Source("function", DIRTY)) == Source("function", DIRTY)


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1\n" * 160_000,
        "".join(" " * depth + "if x:\n" for depth in range(90)) + (" " * 90 + "x = 1\n") * 9_000,
        "f(" + "1, " * 300_000 + ")",
        "x = " + "[" * 5_000,
        "x = a" + ".b" * 2_500,
        "def f():\n    return a" + ".b" * 2_500,
        "@a" + ".b" * 2_500 + "\ndef f():\n    pass",
        "if a" + ".b" * 2_500 + ":\n    f = 1",
    ],
    ids=["long", "nested", "wide", "brackets", "deep", "deep in a function", "deep above one", "deep condition"],
)
def test_is_a_hostile_text_read_in_seconds_or_not_at_all(cell: str) -> None:
    started = time.process_time()
    NotebookText([RanCell(CLEAN), RanCell(cell)]).source("f", SAID_CLEAN)
    assert time.process_time() - started < 20.0


def test_is_the_kernel_believed_behind_more_statements_than_anybody_writes() -> None:
    many = [RanCell("f = g = 1\n" * 5_000)] * (MAX_STATEMENTS // 5_000 + 1)
    text = NotebookText([RanCell("import scipy as g"), *many, RanCell(f"import numpy as g\n{DIRTY}")])
    assert text.source("f", VALUE) == VALUE
    assert text.source("g", VALUE) == VALUE
