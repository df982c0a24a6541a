"""Does a kernel start with everything imported and used once, as if nothing had been?"""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from engine.lab import Lab

from coursepack.grading.engine.inside import warm

# The laboratory's cells have a second or two; a busy machine may take longer to draw.
PATIENT = {"cell_cpu_seconds": 30.0, "cell_wall_seconds": 60.0}
# What a notebook may rely on, before and after everything was used once: seeds, settings, no figure.
STATE = """
import matplotlib.pyplot as plt, torch
from coursepack.grading.engine.inside import warm
def state():
    return str([torch.get_rng_state().tolist(), torch.get_default_dtype(), torch.is_grad_enabled(), plt.get_fignums(),
                sorted(plt.rcParams.items())])
torch.set_num_threads(1)
before = state()
warm.use_once()
print(before == state())
"""


def test_a_kernel_imports_nothing_of_its_own_again(lab: Lab) -> None:
    """Is the little that is new in `sys.modules` of a kernel that has drawn a picture small change?"""
    listing = "import sys; print(sorted(sys.modules))"
    picture = "import matplotlib.pyplot as plt; lines = plt.plot([1]); plt.close()"
    here = ast.literal_eval(lab.shown(listing, **PATIENT)[0])
    assert set(warm.IMPORTS) <= set(here)
    drawn = ast.literal_eval(lab.shown(picture, listing, **PATIENT)[-1])
    assert len(set(drawn) - set(here)) < 5


def test_using_things_once_leaves_no_trace() -> None:
    """Are seeds, settings and figures as they were?"""
    said = subprocess.run([sys.executable, "-c", STATE], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "True"


@pytest.mark.parametrize(
    ("module", "spared"), [("engine.judge", {"nbformat", "nbgrader"}), ("task", {"nbgrader", "torch"})]
)
def test_processes_import_only_what_they_use(module: str, spared: set[str]) -> None:
    """Does a judge or a grading worker not wait a second for a library that it has no use for?"""
    listing = f"import coursepack.grading.{module}, sys; print(sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True).stdout
    assert set(ast.literal_eval(said)) & spared == set()
