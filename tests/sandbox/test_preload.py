"""Does a kernel start with everything imported and used once, as if nothing had been?"""

from __future__ import annotations

import ast
import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lab import Lab, verdicts
from tiny_course import answered, source_notebook

from coursepack.sandbox.in_jail import preload

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
