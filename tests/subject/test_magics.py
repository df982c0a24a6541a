"""Is a cell with IPython's own syntax read as the Python that IPython makes of it?"""

from __future__ import annotations

import ast
import symtable
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell

from coursepack.subject.magics import parse_cell, parse_cells

READ = {
    "plain": ("x = 1", "x = 1"),
    "timed": ("%%time\ndef f():\n    return 1", "def f():\n    return 1"),
    "timed, with an empty line": ("%%time\n\nx = 1", "x = 1"),
    "captured": ("%%capture out\nx = 1", "out = None\nx = 1"),
    "captured in part": ("%%capture --no-stderr\nx = 1", "x = 1"),
    "profiled": ("%%prun -s cumulative\nx = 1", "x = 1"),
    "one in another": ("%%time\n%%capture\nx = 1", "x = 1"),
    "a timed line": ("%time y = f(x)", "y = f(x)"),
    "a timed line in a function": ("def f():\n    %time y = g()\n    return y", "def f():\n    y = g()\n    return y"),
    "a profiled line": ("%prun -s cumulative f(3)", "f(3)"),
    "indented": ("  x = 1\n  y = 2", "x = 1\ny = 2"),
    "pasted from a prompt": (">>> x = 1", "x = 1"),
    "a shell command's output": ("x = !ls", "x = get_ipython().getoutput('ls')"),
    "setting": ("%matplotlib inline\nx = 1", "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1"),
    "help": ("f?", "get_ipython().run_line_magic('pinfo', 'f')"),
    "another language": ("%%bash\nls", "get_ipython().run_cell_magic('bash', '', 'ls\\n')"),
}


@pytest.mark.parametrize("what", READ)
def test_is_a_cell_read_as_ipython_reads_it(what: str) -> None:
    cell, expected = READ[what]
    assert ast.unparse(parse_cell(cell)) == expected


@pytest.mark.parametrize(
    "cell", ["%%timeit -n 1 -r 1\nx = 1", "%timeit -n 1 -r 1 x = 1", "r = %timeit -n 1 -r 1 -oq f()"]
)
def test_do_names_that_timeit_sets_stay_in_it_as_they_do_in_ipython(cell: str) -> None:
    shell = InteractiveShell()
    shell.run_cell("def f():\n    global called\n    called = True")
    shell.run_cell(cell)
    top = symtable.symtable(ast.unparse(parse_cell(cell)), "cell", "exec")
    assert "x" not in {symbol.get_name() for symbol in top.get_symbols()}
    assert "x" not in shell.user_ns
    mentioned = {node.id for node in ast.walk(parse_cell(cell)) if isinstance(node, ast.Name)}
    assert mentioned & {"x", "f"}, "but what it uses is seen"


@pytest.mark.parametrize("magic", ["%%time", "%%capture", "%%prun -q"])
def test_do_names_that_other_magics_set_stay_as_they_do_in_ipython(magic: str) -> None:
    shell = InteractiveShell()
    shell.run_cell(f"{magic}\nx = 1")
    [statement] = parse_cell(f"{magic}\nx = 1").body
    assert ast.unparse(statement) == "x = 1"
    assert shell.user_ns["x"] == 1


NOT_READ = {
    "no Python": "def (:",
    "a null byte": "x = '\0'",
    "deeply nested": "(" * 10_000,
    "deeply nested, timed": "%%time\n" + "(" * 10_000,
    "magic in magic without end": "%%time\n" * 50 + "x = 1",
    "many magics in much text": "!ls\n" * 400 + "x = 1\n" * 1_000,
    "a very long line": "%time " + "x " * 50_000,
    "a very long question": "%ls\n" + "a" * 50_000 + "?",
    "a line that is continued without end": "%time \\\n" + "x \\\n" * 20_000,
}


@pytest.mark.parametrize("what", NOT_READ)
def test_is_what_cannot_be_read_refused_in_one_way_and_soon(what: str) -> None:
    started = time.process_time()
    with pytest.raises(SyntaxError):
        parse_cell(NOT_READ[what])
    assert time.process_time() - started < 2.0


def test_do_many_cells_full_of_magics_take_no_longer_than_a_few() -> None:
    started = time.process_time()
    trees = list(parse_cells(["!ls\n" * 100 + "x = 1"] * 500 + ["y = 1"]))
    assert time.process_time() - started < 10.0
    assert trees[0].body
    assert not trees[499].body
    assert trees[-1].body, "a cell without magics is read all the same"
