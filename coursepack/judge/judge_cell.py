"""Run one graded test cell against a subject, and decide whose fault it is if the cell does not pass.

A check that raises `CheckFailed` has failed, and an error of the student's code is the student's fault. Anything else
that a check raises is our fault, and costs nobody a point. A cell of plain assertions has no check that could have
validated an answer before it was used: there an error caused by an answer (`double(2) + 1` if double returns None) is
the student's fault too, if the solution passes (`suspect_tests.py`).
"""

from __future__ import annotations

import builtins
import linecache
import sys
import traceback
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import coursepack
from coursepack.judge.verdict import Verdict
from coursepack.subject.protocol import StudentError
from coursepack.subject.remote import RemoteSubject, SubjectLostError

LOST = "lost"
TEST_CELL = "<test cell>"
FOREIGN = "the test uses “{}”, which neither the test nor an answer defines: import it or define it in the test"
MAX_DETAILS = 8_000
_OURS = str(Path(coursepack.__file__).parent)


class Answer(NamedTuple):
    """The judge's verdict on a test cell.

    Attributes:
        verdict: one of `Verdict`, or LOST if the notebook's process no longer answers.
        message: why the cell did not pass.
        details: the traceback of an error that no check raised on purpose.
    """

    verdict: str
    message: str = ""
    details: str = ""


class ForeignNameError(Exception):
    """A test uses a name that the judge does not have: the author's mistake."""


class StudentNames(dict[str, Any]):
    """The namespace of a test cell: names that the cell does not define are the student's answers.

    So a cell of plain assertions (`assert double(21) == 42`) works too: functions are called, and variables read,
    through the subject. The notebook's other names (its imports, what its given cells define) are not available.

    Args:
        subject: gives access to the answers.
        answers: the names that the assignment's solution cells define; None for any name.
    """

    def __init__(self, subject: RemoteSubject, answers: Collection[str] | None) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self._subject, self._answers = subject, answers

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        if self._answers is not None and name not in self._answers:
            raise ForeignNameError(FOREIGN.format(name))
        kind = self._subject.source(name).kind
        if kind == "missing":
            raise StudentError("NameError", f"name '{name}' is not defined")
        if kind == "value":
            return self._subject.value(name)
        return lambda *args, **options: self._subject.call(name, *args, **options)


def judge_cell(source: str, subject: RemoteSubject, answers: Collection[str] | None = None) -> Answer:
    """Run one test cell against a subject.

    Args:
        source: the cell's text.
        subject: the student's end.
        answers: the names that the assignment's solution cells define; None for any name.
    """
    from coursepack.checks import CheckFailed, student

    student.use(subject)
    linecache.cache[TEST_CELL] = (len(source), None, source.splitlines(keepends=True), TEST_CELL)
    try:
        exec(compile(source, TEST_CELL, "exec"), StudentNames(subject, answers))  # noqa: S102 (the instructor's own code)
    except SubjectLostError as error:
        return Answer(LOST, error.reason)
    except CheckFailed as error:
        return Answer(Verdict.STUDENT_ERROR if _find(error, StudentError) else Verdict.FAILED, str(error))
    except StudentError as error:
        return Answer(Verdict.STUDENT_ERROR, str(error))
    except BaseException as error:
        if isinstance(error, AssertionError) and not _frames(error)[-1].startswith(_OURS):
            return Answer(Verdict.FAILED, str(error) or "the assertion failed")
        return _unexpected(error, subject.asked)
    return Answer(Verdict.PASSED)


def _unexpected(error: BaseException, asked: bool) -> Answer:
    """Return the verdict on a cell that ended in an unexpected error; `asked` tells whether it used an answer."""
    lost = _find(error, SubjectLostError)
    if lost is not None:
        return Answer(LOST, str(lost))
    foreign = _find(error, ForeignNameError)
    if foreign is not None:
        return Answer(Verdict.GRADER_ERROR, str(foreign), _text_of(error))
    kind = f"{type(error).__name__}: {error}"
    if asked and _is_of_an_answer(error):
        return Answer(Verdict.STUDENT_ERROR, f"the test could not use the answer ({kind})", _text_of(error))
    return Answer(Verdict.GRADER_ERROR, f"the check could not handle the answer ({kind})", _text_of(error))


def _is_of_an_answer(error: BaseException) -> bool:
    """Tell whether an error may come from the answer: it went through libraries, but through no check."""
    if not isinstance(error, Exception) or isinstance(error, ImportError | NameError | SyntaxError | MemoryError):
        return False
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        return False
    return all(map(_is_plain, _frames(error)))


def _frames(error: BaseException) -> list[str]:
    """Return the files of the code that an error passed through, from the test cell on."""
    return [frame.filename for frame in traceback.extract_tb(error.__traceback__)[1:]] or [TEST_CELL]


def _is_plain(file: str) -> bool:
    """Tell whether code belongs to the test cell or an installed library, not to a check."""
    installed = file.startswith(("<frozen", sys.prefix, sys.base_prefix)) and not file.startswith(_OURS)
    return file == TEST_CELL or installed


def _text_of(error: BaseException) -> str:
    trace = error.__traceback__.tb_next if error.__traceback__ else None  # from the test cell on
    return "".join(traceback.format_exception(type(error), error, trace))[-MAX_DETAILS:]


def _find(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    """Return the first exception of a kind in the chain that led to `error`."""
    for _ in range(10):
        if error is None or isinstance(error, kind):
            return error
        error = error.__context__
    return None
