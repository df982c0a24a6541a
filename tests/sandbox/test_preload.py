"""Does a kernel start with everything imported and used once, as if nothing had been?"""

from __future__ import annotations

import ast
import copy
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lab import Lab, added, said, verdicts
from tiny_course import answered, source_notebook

from coursepack.sandbox.in_jail import linux, preload

# The laboratory's cells have a second or two; a busy machine may take longer to draw.
PATIENT = {"cell_cpu_seconds": 30.0, "cell_wall_seconds": 60.0}
# What a notebook may rely on, before and after everything was used once: seeds, settings, no figure, no file open.
STATE = """
import gc, os
import matplotlib.pyplot as plt, torch
from coursepack.sandbox.in_jail import preload
def state():
    gc.collect()
    return str([torch.get_rng_state().tolist(), torch.get_default_dtype(), torch.is_grad_enabled(), plt.get_fignums(),
                sorted(plt.rcParams.items()), len(os.listdir("/proc/self/fd"))])
torch.set_num_threads(1)
before = state()
preload.draw_once()
preload.train_once()
print(before == state())
"""


def test_a_kernel_imports_nothing_of_its_own_again(lab: Lab) -> None:
    """Is the little that is new in `sys.modules` of a kernel that has drawn a picture small change?"""
    listing = "import sys; print(sorted(sys.modules))"
    picture = "import matplotlib.pyplot as plt; lines = plt.plot([1]); plt.close()"
    here = ast.literal_eval(lab.shown(listing, **PATIENT)[0])
    assert set(preload.IMPORTS) <= set(here)
    drawn = ast.literal_eval(lab.shown(picture, listing, **PATIENT)[-1])
    assert len(set(drawn) - set(here)) < 5


def test_using_things_once_leaves_no_trace() -> None:
    """Are seeds, settings, figures and open files as they were?"""
    said = subprocess.run([sys.executable, "-c", STATE], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "True"


@pytest.mark.parametrize(
    ("module", "spared"),
    [("judge.server", {"nbformat", "nbgrader", "torch"}), ("grading.batch.task", {"nbgrader", "torch"})],
)
def test_processes_import_only_what_they_use(module: str, spared: set[str]) -> None:
    """Does a judge or a grading worker not wait a second for a library that it has no use for?"""
    listing = f"import coursepack.{module}, sys; print(sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout
    assert set(ast.literal_eval(said)) & spared == set()


def test_what_a_check_had_to_import_is_there_for_the_next(lab: Lab) -> None:
    """Does the judge import a library once, and not again in the fork of each cell that makes use of it?"""
    source = with_hidden_tests("import wave", "import sys\nassert 'wave' in sys.modules")
    assert set(verdicts(lab.grade(answered(), source=source)).values()) == {"passed"}


def test_a_module_of_the_courses_own_is_imported_anew(lab: Lab, tmp_path: Path) -> None:
    """Does no cell meet a helper of the instructor's as it was before, where it has changed since?"""
    (tmp_path / "own_helper.py").write_text("", encoding="utf-8")
    load = (
        f"import sys; assert 'own_helper' not in sys.modules; sys.path.insert(0, {str(tmp_path)!r}); import own_helper"
    )
    graded = lab.grade(answered(), source=with_hidden_tests(load, load))
    assert set(verdicts(graded).values()) == {"passed"}


def test_memory_comes_in_large_pages_where_there_are_any(lab: Lab) -> None:
    """Is what a training step asks for and gives back not mapped in pieces of 4 KiB every time?"""
    faults = "import resource, torch\ndef faults():\n    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt"
    step = "torch.ones(5_000_000), torch.ones(5_000_000)"
    steps = f"before = faults()\nfor _ in range(20):\n    {step}\nprint(faults() - before)"
    modes = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    without = not modes.exists() or "[never]" in modes.read_text(encoding="utf-8")
    pieces = 20 * 2 * 5_000_000 * 4 // 4096
    assert int(lab.shown(faults, steps, **PATIENT)[-1]) < (2 * pieces if without else pieces / 10)


def with_hidden_tests(first: str, second: str) -> dict[str, Any]:
    """Return the tiny source notebook with other hidden tests."""
    source = copy.deepcopy(source_notebook())
    tests = {"double-hidden": first, "treble-hidden": second}
    for cell in source["cells"]:
        if cell["id"] in tests:
            cell["source"] = f"### BEGIN HIDDEN TESTS\n{tests[cell['id']]}\n### END HIDDEN TESTS"
    return source


# Memory in small pages; how much of it lies in large ones once it was gathered, and whether it holds what it held.
GATHERING = """
import mmap, numpy as np
from pathlib import Path
from coursepack.sandbox.in_jail import linux
def large():
    said = Path("/proc/self/smaps_rollup").read_text()
    return int(said.split("AnonHugePages:")[1].split()[0]) // 1024
memory = mmap.mmap(-1, SIZE * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory.madvise(mmap.MADV_NOHUGEPAGE)
numbers = np.frombuffer(memory, np.int64)
numbers[:] = np.arange(len(numbers))
memory.madvise(mmap.MADV_HUGEPAGE)
before = large()
linux.gather_memory()
print(large() - before, bool(np.all(numbers == np.arange(len(numbers)))))
"""


@pytest.mark.parametrize(("size", "gathered"), [(200, range(190, 220)), (40, range(1))])
def test_is_much_memory_gathered_and_little_left_alone(size: int, gathered: range) -> None:
    """Do forks of a process that has imported PyTorch find its memory in large pages, and unchanged?"""
    if tuple(map(int, platform.release().split(".")[:2])) < (6, 1):
        pytest.skip("before Linux 6.1 nothing gathers memory")
    script = [sys.executable, "-c", GATHERING.replace("SIZE", str(size))]
    mebibytes, same = subprocess.run(script, capture_output=True, text=True, check=True).stdout.split()
    assert (int(mebibytes) in gathered, same) == (True, "True")


AREAS = """55c039000000-55c045e00000 rw-p 00000000 00:00 0                          [heap]
Rss:              210944 kB
Anonymous:        {heap} kB
AnonHugePages:    {large} kB
7f14d2dc8000-7f14d87e0000 rw-p 00000000 00:00 0
Anonymous:         89752 kB
AnonHugePages:         0 kB
7f14a0000000-7f14a8000000 rw-p 00000000 00:00 0
Anonymous:          9752 kB
AnonHugePages:         0 kB
7f14d96d4000-7f14df2b7000 rw-p 188d4000 fe:00 5351782                    /usr/lib/lib with a space.so
Anonymous:         94164 kB
AnonHugePages:         0 kB
7f14b0000000-7f14b8000000 rw-s 00000000 00:01 7                          /dev/zero (deleted)
Anonymous:        131072 kB
AnonHugePages:         0 kB
"""
HEAP, OTHER = (0x55C039000000, 0x55C045E00000), (0x7F14D2E00000, 0x7F14D8600000)


@pytest.mark.parametrize(
    ("heap", "large", "areas"), [(210_944, 0, [HEAP, OTHER]), (210_944, 210_000, [OTHER]), (90_000, 0, [OTHER])]
)
def test_is_only_a_programs_own_memory_gathered(heap: int, large: int, areas: list[tuple[int, int]]) -> None:
    """Are files, shared memory, what is hardly used and what lies in large pages already left alone?"""
    assert list(linux._scattered(AREAS.format(heap=heap, large=large))) == areas


def test_the_last_module_that_was_imported_brings_the_others() -> None:
    """Does a judge that is told one name of many import all that a check had to import?"""
    script = """
import sys
from coursepack.judge import server
server.MAX_IMPORTS = 1
before = len(sys.modules)
import xmlrpc.server
print(server._imported(before), len(sys.modules) - before > 10)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['xmlrpc.server'] True"


def test_are_cells_numbered_as_in_jupyter(lab: Lab) -> None:
    """Has each cell that ran the number that Jupyter would show, although kernels tell it in the reply alone?"""
    cells = [added("1"), added("1 / 0"), added("print(len(In))")]
    graded = lab.grade({**answered(), "cells": [*answered()["cells"], *cells]}, **PATIENT)
    first, second, third = (cell.execution_count for cell in graded.notebook.cells[-3:])
    assert (second, third) == (first + 1, first + 2)
    assert said(graded.notebook.cells[-1]) == str(third + 1)


def test_is_a_cell_cut_into_tokens_once() -> None:
    """And does nobody who changes the tokens change them for the next?"""
    script = """
from IPython.core import inputtransformer2 as transformer
from IPython.utils import tokenutil
from coursepack.sandbox.in_jail import preload
cells = ["%matplotlib inline\\nx = !ls\\nf'{1}'\\n", "a = (1,\\n2)\\n", "x = (1,\\n2", ""]
lines = [cell.splitlines(keepends=True) for cell in cells]
manager = transformer.TransformerManager()
plain = [(transformer.make_tokens_by_line(list(each)), manager.transform_cell("".join(each))) for each in lines]
preload.read_once()
calls, real = [], tokenutil.generate_tokens_catch_errors
tokenutil.generate_tokens_catch_errors = lambda *all, **more: calls.append(1) or real(*all, **more)
for _ in range(2):
    again = [(transformer.make_tokens_by_line(list(each)), manager.transform_cell("".join(each))) for each in lines]
    assert again == plain
    again[1][0][0].clear()
before = len(calls)
transformer.make_tokens_by_line(lines[3]), manager.transform_cell(cells[3])
print(before > 0, len(calls) - before)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("True 0", "")
