"""Record which libraries student code calls while it runs, under whatever name it calls them.

A profile hook sees every call of a Python function and, if student code makes it, of a compiled one; a torch mode
sees torch's functions and operators, which the hook can miss. A call counts if student code makes it, directly or
through the standard library or NumPy (`map`, `np.vectorize`, a thread), not if another library does.
For compiled functions that no hook sees (`scipy.special`'s, for example), see `compiled_functions`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

from .code_origin import is_notebook_file
from .compiled_functions import compiled_within_reach
from .dotted_names import Use, covered, name_of

# Python itself calls these, or they compute nothing.
NO_CALLS = {"<module>", "__del__", "__instancecheck__", "__subclasscheck__"}
MAX_USES = 20
MAX_FRAMES = 200
# The caller of a library if the name that the check asked for is the library's function itself.
ASKED = "the name itself"
SWITCHED_OFF = "sys.setprofile"
_STANDARD = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib"))  # noqa: PTH118
# NumPy functions that call their arguments: such a call counts as the student's, even of NumPy's own functions.
_GIVEN = ("vectorize", "apply_along_axis", "apply_over_axes", "fromfunction", "piecewise")
_INSTALLED = ("site-packages", "dist-packages")


class Watch:
    """The rules to watch for, and the calls seen so far.

    Args:
        rules: dotted names of libraries and functions; see `covers`.
    """

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = tuple(rules)
        self.uses: list[Use] = []
        self._on = self._collecting = False
        # By id: code objects of different files may be equal. We keep the code object so that its id is not reused.
        self._callees: dict[int, tuple[CodeType, str]] = {}

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Watch this thread, and the threads that it starts, inside the block."""
        before = sys.getprofile(), threading.getprofile()
        self._on = True
        gc.callbacks.append(self._collection)
        with _torch_mode(self) if self._torch() else contextlib.nullcontext():
            threading.setprofile(self._hook)
            sys.setprofile(self._hook)
            try:
                yield
                if sys.getprofile() != self._hook:
                    self._note(ASKED, SWITCHED_OFF)
            finally:
                self._on = False
                sys.setprofile(before[0])
                threading.setprofile(before[1])
                with contextlib.suppress(ValueError):
                    gc.callbacks.remove(self._collection)

    def _torch(self) -> bool:
        return "torch" in sys.modules and any(rule.split(".")[0] == "torch" for rule in self.rules)

    def _collection(self, phase: str, _: Any) -> None:
        """Ignore calls during garbage collection: nobody made them."""
        self._collecting = phase == "start"

    def _hook(self, frame: FrameType, event: str, argument: Any) -> None:
        if not self._on:  # a thread that outlived the watch
            sys.setprofile(None)
        elif event == "call":
            known = self._callees.get(id(frame.f_code))
            callee = known[1] if known else self._callee(frame)
            if callee and frame.f_back is not None:
                self.called(callee, frame.f_back)
        elif event == "c_call" and is_students(frame):
            self.called(name_of(argument), frame)

    def _callee(self, frame: FrameType) -> str:
        """Return the dotted name of the function that a frame runs, for the first time; empty if no rule forbids it."""
        code = frame.f_code
        name = f"{frame.f_globals.get('__name__', '')}.{code.co_qualname}"
        own = is_students(frame)
        forbidden = code.co_name not in NO_CALLS and covered(self.rules, name) and not own
        self._callees[id(code)] = code, name if forbidden else ""
        if own:
            self._look_around(frame)
        return self._callees[id(code)][1]

    def _look_around(self, frame: FrameType) -> None:
        """Record forbidden compiled functions that a student's function can reach, when it first runs."""
        with contextlib.suppress(Exception):  # a student's object may raise anything when it is inspected
            for name in compiled_within_reach(frame, self.rules):
                self._note(_title(frame.f_code), name)

    def called(self, name: str, caller: FrameType) -> None:
        """Record a call if it is forbidden and made for student code."""
        if not self._collecting and (name == SWITCHED_OFF or covered(self.rules, name)):
            student = _student_behind(caller, name)
            if student:
                self._note(student, name)

    def _note(self, function: str, library: str) -> None:
        use = Use(function, library)
        if use not in self.uses and len(self.uses) < MAX_USES:
            self.uses.append(use)


def call_directly(function: Callable[..., Any], args: Sequence[Any], options: dict[str, Any]) -> Any:
    """Call what a check asked for: student code or, if the name stands for one, a library function."""
    return function(*args, **options)


def is_students(frame: FrameType) -> bool:
    """Tell whether a frame runs student code, or is the frame in which a check calls it."""
    code = frame.f_code
    if code is call_directly.__code__:
        return True
    if not code.co_filename.startswith("<"):
        return is_notebook_file(code.co_filename)
    # Code made at run time, by student code (`exec`, `%%time`) or by a library.
    return not code.co_filename.startswith("<frozen") and frame.f_globals.get("__name__", "__main__") == "__main__"


def _student_behind(frame: FrameType, name: str) -> str:
    """Return the student's function on whose behalf a call was made; empty if another library made it for itself."""
    current: FrameType | None = frame
    for _ in range(MAX_FRAMES):
        if current is None:  # the bottom of the stack of a thread that was started under watch
            return "a thread" if threading.current_thread() is not threading.main_thread() else ""
        if is_students(current):
            return ASKED if current.f_code is call_directly.__code__ else _title(current.f_code)
        if not _passes_on(current, name):
            return ""
        current = current.f_back
    return ""


def _title(code: CodeType) -> str:
    return code.co_qualname.replace(".<locals>", "")


def _passes_on(frame: FrameType, name: str) -> bool:
    """Tell whether a frame only calls functions passed to it: frames of the standard library and of NumPy."""
    file = frame.f_code.co_filename
    if str(frame.f_globals.get("__name__", "")).split(".")[0] == "numpy":
        return name.split(".")[0] != "numpy" or frame.f_code.co_qualname.split(".")[0] in _GIVEN
    return file.startswith(_STANDARD) and not any(part in file for part in _INSTALLED)


def _torch_mode(watch: Watch) -> contextlib.AbstractContextManager[Any]:
    """Return a mode that reports calls of torch's functions and operators to the watch."""
    from torch.overrides import TorchFunctionMode

    class Mode(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            watch.called(name_of(func), sys._getframe(1))
            return func(*args, **(kwargs or {}))

    return Mode()
