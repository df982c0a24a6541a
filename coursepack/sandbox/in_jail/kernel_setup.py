"""What makes a forked kernel like one that Jupyter started, once it is set up; `docs/security.md` lists what differs.

The folder of ours and the working folder come and go here, when everything that a kernel and the agent need is loaded:
a module of the student's takes the place of none of it.
"""

from __future__ import annotations

import importlib.util
import os
import random
import sys
from pathlib import Path
from typing import Any

from .kernel import CONNECTION

# Every kernel starts with the same random numbers: what is graded again comes out as before.
SEED = 20_260
OURS = str(Path(__file__).parents[1])


def settle(application: Any) -> None:
    """Make a prepared kernel application what a notebook expects to run in."""
    outlive_exit(application.shell)
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin if launcher else "ipykernel_launcher.py"), "-f", CONNECTION.format(**os.environ)]
    seed()
    leave_our_folder()


def outlive_exit(shell: Any) -> None:
    """Let `exit`, `quit` and `ask_exit` end nothing: a cell with one would end every kernel that runs it again."""
    shell.unobserve_all("exit_now")


def seed() -> None:
    """Seed `random`, NumPy, and torch if the server has imported it; forks would else share the server's numbers."""
    import numpy as np

    random.seed(SEED)
    np.random.seed(SEED)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(SEED)


def leave_our_folder() -> None:
    """Take our folder out of the search path, and its name for the modules in it: a student may call theirs so."""
    sys.path[:] = [folder for folder in sys.path if folder != OURS]
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]
