"""Make a forked kernel like one started by Jupyter; `docs/security.md` lists the differences.

Our folder leaves the search path, and the working folder takes its place, only when everything that a kernel and the
agent need is loaded. So a student's module cannot replace any of it.
"""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from pathlib import Path
from typing import Any

from .kernel import CONNECTION

# Every kernel starts with the same random numbers, so that grading again gives the same result.
SEED = 20_260
OURS = str(Path(__file__).parents[1])


def settle(application: Any) -> None:
    """Turn a prepared kernel application into the environment that a notebook expects."""
    outlive_exit(application.shell)
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin if launcher else "ipykernel_launcher.py"), "-f", CONNECTION.format(**os.environ)]
    seed()
    leave_our_folder()


def outlive_exit(shell: Any) -> None:
    """Disable `exit`, `quit` and `ask_exit`: a cell with one would end every kernel that runs it again."""
    shell.unobserve_all("exit_now")


def seed() -> None:
    """Seed `random`, NumPy and torch (if imported); otherwise forks would share the server's numbers."""
    import numpy as np

    random.seed(SEED)
    np.random.seed(SEED)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(SEED)


def leave_our_folder() -> None:
    """Remove our folder from the search path and our modules from `sys.modules`: students may use their names."""
    sys.path[:] = [folder for folder in sys.path if folder != OURS]
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]
