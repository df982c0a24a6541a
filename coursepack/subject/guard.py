"""Run student code without side effects: seeds are set and restored, output is suppressed, errors are described."""

from __future__ import annotations

import contextlib
import io
import random
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from .code_origin import is_notebook_file
from .dotted_names import Use
from .library_calls import Watch
from .protocol import StudentError

SEED = 20_260
MAX_MESSAGE = 500


@contextlib.contextmanager
def fixed_seeds(seed: int = SEED) -> Iterator[None]:
    """Seed `random`, NumPy and torch (where it is in use) inside the block, then restore their states."""
    torch: Any = sys.modules.get("torch")
    states = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]) if torch else contextlib.nullcontext():
        random.seed(seed)
        np.random.seed(seed % 2**32)
        if torch:
            _seed_torch(torch, seed)
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])


def _seed_torch(torch: Any, seed: int) -> None:
    """Seed torch: for the CPU alone, unless a GPU is in use.

    `torch.manual_seed` queues a seed for each kind of device that is not in use, with the text of the whole call stack.
    """
    if torch.cuda.is_initialized():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Suppress standard output, standard error and warnings."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


_watch: Watch | None = None


def watch(rules: Sequence[str]) -> list[Use]:
    """Record from now on which libraries student code calls; return the calls recorded since the last time.

    Args:
        rules: libraries and functions to watch; none to stop watching.
    """
    global _watch
    uses = _watch.uses if _watch else []
    _watch = Watch(rules) if rules else None
    return uses


@contextlib.contextmanager
def student_code(seed: int = SEED) -> Iterator[None]:
    """Run student code without output and with fixed seeds; turn whatever it raises into a `StudentError`.

    Raises:
        StudentError: the code raised; a keyboard interrupt (or a time-out) passes unchanged.
    """
    try:
        with fixed_seeds(seed), quiet(), _watch.watching() if _watch else contextlib.nullcontext():
            yield
    except (KeyboardInterrupt, StudentError):
        raise
    except BaseException as error:  # SystemExit too: student code must not end the test cell
        raise as_student_error(error) from None


def as_student_error(error: BaseException) -> StudentError:
    """Describe an exception of student code as plain text, with its place in the notebook."""
    kinds = [base.__name__ for base in type(error).__mro__[1:-1]]
    try:
        message = str(error)
    except Exception:
        message = "(its message could not be read)"
    return StudentError(type(error).__name__, message[:MAX_MESSAGE], _place(error.__traceback__), kinds)


def _place(trace: TracebackType | None) -> str:
    """Describe the innermost frame that belongs to the notebook, not to a library or to us."""
    for frame in reversed(traceback.extract_tb(trace)):
        if is_notebook_file(frame.filename):
            return f"line {frame.lineno} of {frame.name}" if frame.name != "<module>" else f"line {frame.lineno}"
    return ""
