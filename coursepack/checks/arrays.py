"""Checks of functions that take and return arrays or numbers."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from coursepack.checks.answers import assert_value, own_number
from coursepack.checks.errors import CheckFailed
from coursepack.checks.messages import describe, failed, student_error, student_errors
from coursepack.subject import Array, Frozen, StudentError, Subject
from coursepack.subject.plain_data import to_plain
from coursepack.subject.tables import Rows, is_table

__all__ = [
    "Case",
    "assert_matches",
    "assert_raises",
    "assert_returns",
    "assert_unchanged",
    "assert_value",
    "compare_values",
    "own_number",
]

RELATIVE_TOLERANCE = {np.dtype("float16"): 1e-2, np.dtype("float32"): 1e-5, np.dtype("float64"): 1e-9}
KINDS = {"b": "boolean", "i": "integer", "u": "integer", "f": "floating point", "c": "complex", "U": "text"}
_UNSET = object()
Function = Callable[..., Any]
Slips = Mapping[str, Function]
Hint = str | Callable[[], str]


class Case:
    """One call to try.

    Args:
        about: what is special about it, for the message: "stride 2". It is shown to students.
        args: positional arguments of the call.
        expected: what must come back (for `assert_returns`).
        mentions: texts that the error message must contain (for `assert_raises`).
        options: keyword arguments of the call.
    """

    def __init__(
        self, about: str, *args: Any, expected: Any = _UNSET, mentions: Iterable[str] = (), **options: Any
    ) -> None:
        self.about, self.args, self.options = about, args, options
        self.expected, self.mentions = expected, tuple(mentions)

    def call(self, name: str) -> str:
        """Return the call as text: plain settings in full, arrays and tables by their shape only."""
        parts = [_shown(argument) for argument in self.args]
        parts += [f"{key}={_shown(option)}" for key, option in self.options.items()]
        return f"{name}({', '.join(parts)})" if set(parts) > {"…"} or "…" not in parts else ""


# What stands for an argument that is not shown.
_UNSHOWN = ("…", " of shape ")


def _shown(argument: Any) -> str:
    if isinstance(argument, np.ndarray):
        return f"{argument.dtype} array of shape {argument.shape}"
    if is_table(argument):
        return f"{type(argument).__name__} of shape {argument.shape}"
    return repr(argument) if argument is None or isinstance(argument, bool | int | float) else "…"


def assert_matches(
    student: Subject,
    name: str,
    reference: Function,
    cases: Iterable[Case],
    *,
    slips: Slips | None = None,
    atol: float | None = None,
) -> None:
    """Check that the student's function returns what `reference` returns: shape, kind of dtype and values.

    Integers and texts must agree exactly; floats, also those in lists, tuples, dictionaries and tables, to within 1e-9
    (float64) or 1e-5 (float32) of the largest value. If `reference` returns a DataFrame or a Series, so must the
    function; names of a Series and of an index are left aside, and so is an index that only numbers the rows.
    Arrays and tables are copies that the function may write to.

    Args:
        student: the subject.
        name: the student's function.
        reference: the right function.
        cases: calls to try.
        slips: functions that return what common wrong answers return, keyed by the hint that names the slip.
        atol: how far a float may be from the right value, in its own unit, instead of the tolerances above. For answers
            that may be rounded to two decimals: 0.006, which leaves room for rounding errors.

    Raises:
        CheckFailed: a result is wrong.
        ValueError: `atol` is negative or not a number.
    """
    tries = ((case, reference(*case.args, **case.options)) for case in cases)
    _try_all(student, name, tries, slips or {}, _sound(atol))


def assert_returns(
    student: Subject, name: str, cases: Iterable[Case], *, slips: Slips | None = None, atol: float | None = None
) -> None:
    """Check that the student's function returns each case's `expected`; `slips` and `atol` as in `assert_matches`."""
    _try_all(student, name, ((case, case.expected) for case in cases), slips or {}, _sound(atol))


def _sound(atol: float | None) -> float | None:
    if atol is not None and not 0 <= atol < math.inf:
        raise ValueError(f"atol must be a number from 0 on, got {atol}")
    return atol


def _try_all(student: Subject, name: str, tries: Iterable[tuple[Case, Any]], slips: Slips, atol: float | None) -> None:
    """Compare what the student's function returns with what is expected, case by case."""
    passed: list[tuple[Case, Any]] = []
    for case, right in tries:
        expected = _plain(name, right)
        got = _call(student, name, case)
        _compare(name, case, expected, got, functools.partial(likely_slip, case, got, slips, passed), atol)
        passed.append((case, expected))


def _plain(name: str, right: Any) -> Any:
    """Return what is right in the form in which an answer arrives: a tuple as a list, a table as a list of its rows."""
    try:
        return to_plain(right)
    except StudentError as error:
        raise TypeError(f"what {name} should return: {error.message}") from None


def assert_unchanged(student: Subject, name: str, case: Case, *places: int) -> None:
    """Check that the student's function does not write to its arrays at `places` (0 is the first argument)."""
    given = [Frozen(value) if place in places else value for place, value in enumerate(case.args)]
    with student_errors(f"{name} ({case.about})", call=case.call(name)):
        student.call(name, *given, **case.options)


def assert_raises(student: Subject, name: str, cases: Iterable[Case], *, error: str = "ValueError") -> None:
    """Check that each case makes the student's function raise `error`, with a message that contains `mentions`."""
    for case in cases:
        try:
            returned = student.call(name, *case.args, **case.options)
        except StudentError as raised:
            _check_error(name, raised, error, case)
        else:
            got = "None" if returned is None else describe(returned)
            hint = f"reject this input with `raise {error}(…)` before you compute anything"
            raise failed(f"{name} ({case.about}): no error", call=case.call(name), expected=error, got=got, hint=hint)


def _check_error(name: str, raised: StudentError, error: str, case: Case) -> None:
    about, call = f"{name} ({case.about})", case.call(name)
    if raised.is_a("NotImplementedError") or not raised.is_a(error):
        if raised.is_a("NotImplementedError") or raised.kind == "NameError":
            raise student_error(about, raised, call=call)
        got = f"{raised.kind}: {raised.message}" if raised.message else raised.kind
        hint = f"test for this case first, and reject it with `raise {error}(…)`"
        raise failed(f"{about}: wrong kind of error", call=call, expected=error, got=got, hint=hint)
    for text in case.mentions:
        if text.lower() not in raised.message.lower():
            raise failed(
                f"{about}: the error's message is not helpful enough",
                call=call,
                expected=f"a message that mentions “{text}”",
                got=raised.message or "an empty message",
            )


def _call(student: Subject, name: str, case: Case) -> Any:
    with student_errors(f"{name} ({case.about})", call=case.call(name)):
        return student.call(name, *case.args, **case.options)


def _compare(name: str, case: Case, expected: Any, got: Any, find_slip: Callable[[], str], atol: float | None) -> None:
    scale = max(map(abs, _floats(expected)), default=0.0) or 1.0
    allowed = _Allowed(1e-9 * scale if atol is None else atol, atol)
    _compare_parts(f"{name} ({case.about})", case.call(name), expected, got, find_slip, allowed)


class _Allowed(NamedTuple):
    """How far a float may be from the right value."""

    scalars: float
    arrays: float | None  # None: what fits the array's dtype


def _floats(value: Any) -> Iterator[float]:
    """Yield the finite floating point numbers in a list or a dictionary, at any depth."""
    if isinstance(value, float) and math.isfinite(value):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _floats(part)


def _compare_parts(
    about: str, call: str, expected: Any, got: Any, find_slip: Callable[[], str], allowed: _Allowed
) -> None:
    """Compare two values, part by part if they have parts; no message shows a key or a length that is expected."""
    if isinstance(expected, np.ndarray):
        _compare_arrays(about, call, expected, got, find_slip, allowed.arrays)
    elif isinstance(expected, Rows):
        _compare_tables(about, call, expected, got, find_slip, allowed)
    elif isinstance(expected, dict):
        _check_kind(about, call, "dict", got, matches=isinstance(got, dict))
        if got.keys() != expected.keys():
            raise failed(f"{about}: keys of the result", call=call, got=describe(got), hint=find_slip())
        for key, part in expected.items():
            _compare_parts(f"{about}, [{key!r}]", call, part, got[key], find_slip, allowed)
    elif isinstance(expected, list):
        _check_kind(about, call, "list or tuple", got, matches=isinstance(got, list) and not isinstance(got, Rows))
        if len(got) != len(expected):
            raise failed(f"{about}: length of the result", call=call, got=describe(got), hint=find_slip())
        for place, part in enumerate(expected):
            _compare_parts(f"{about}, [{place}]", call, part, got[place], find_slip, allowed)
    else:
        _compare_scalars(about, call, expected, got, find_slip, allowed)


def _compare_tables(
    about: str, call: str, expected: Rows, got: Any, find_slip: Callable[[], str], allowed: _Allowed
) -> None:
    """Compare two tables: kind, number of rows, labels of the rows, columns, then value by value."""
    matches = isinstance(got, Rows) and got.series == expected.series
    _check_kind(about, call, f"a pandas {expected.kind}", got, matches=matches)
    if len(got) != len(expected):
        raise failed(f"{about}: number of rows", call=call, got=str(len(got)), hint=find_slip())
    labels = _compare_labels(about, call, expected, got, find_slip)
    rights, answers = (_columns(rows) for rows in (expected, got))
    if answers.keys() != rights.keys():
        columns = describe(list(answers))
        raise failed(f"{about}: columns of the table", call=call, got=columns, hint=find_slip())
    for name, column in rights.items():
        for place, part in enumerate(column):
            where = [repr(labels[place]) if labels else str(place)] + ([] if expected.series else [f"column {name!r}"])
            got_part = answers[name][place]
            _compare_parts(f"{about}, row {', '.join(where)}", call, part, got_part, find_slip, allowed)


def _compare_labels(about: str, call: str, expected: Rows, got: Rows, find_slip: Callable[[], str]) -> list[Any]:
    """Compare the labels of two tables' rows, as far as they say something; return the labels, if they do."""
    right, answer = (_labels(rows) for rows in (expected, got))
    # Sorting and filtering leave an index of whole numbers behind. In a Series it may be what the values belong to.
    leftover = [labels is None or (not rows.named and all(type(one) is int for one in labels))
                for labels, rows in ((right, expected), (answer, got))]  # fmt: skip
    if all(leftover) and not (expected.series and right and answer):
        return []
    if right != answer:
        shown = describe(answer) if answer else "none: the rows are numbered from 0"
        other = answer is not None and right is not None and sorted(map(repr, answer)) == sorted(map(repr, right))
        hint = "the labels are right, their order is not" if other else find_slip()
        raise failed(f"{about}: labels of the rows (the index)", call=call, got=shown, hint=hint)
    return right or []


def _labels(rows: Rows) -> list[Any] | None:
    return None if rows.label is None else [row[rows.label] for row in rows]


def _columns(rows: Rows) -> dict[Any, list[Any]]:
    """Return the columns of a table without its index; the values of a Series under no name."""
    if rows.series:
        return {None: [next(value for key, value in row.items() if key != rows.label) for row in rows]}
    names = dict.fromkeys(key for row in rows for key in row if key != rows.label)
    return {name: [row[name] for row in rows] for name in names}


def _check_kind(about: str, call: str, kind: str, got: Any, *, matches: bool) -> None:
    if not matches:
        raise failed(f"{about}: kind of result", call=call, expected=kind, got=describe(got))


def _compare_arrays(
    about: str, call: str, expected: Array, got: Any, find_slip: Callable[[], str], atol: float | None
) -> None:
    _check_kind(about, call, "a NumPy array", got, matches=isinstance(got, np.ndarray))
    if got.shape != expected.shape:
        shapes = {"expected": str(expected.shape), "got": str(got.shape)}
        raise failed(f"{about}: shape of the result", call=call, **shapes, hint=find_slip())
    other_kind = KINDS.get(got.dtype.kind) != KINDS[expected.dtype.kind]
    if other_kind or (expected.dtype.kind == "f" and got.dtype != expected.dtype):
        raise failed(f"{about}: dtype of the result", call=call, expected=f"{expected.dtype}", got=str(got.dtype))
    compare_values(about, expected, got, atol=atol, call=call, hint=find_slip)


def _compare_scalars(
    about: str, call: str, expected: Any, got: Any, find_slip: Callable[[], str], allowed: _Allowed
) -> None:
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got.item()
    kind = type(expected)
    same = isinstance(got, int | float) if kind is float else isinstance(got, kind)  # 2 is as right as 2.0
    _check_kind(about, call, kind.__name__, got, matches=same and isinstance(got, bool) == isinstance(expected, bool))
    close = kind is float and np.isclose(got, expected, rtol=0.0, atol=allowed.scalars, equal_nan=True)
    if got != expected and not close:
        # Without seeing the arguments, nobody can.
        by_hand = "" if not call or any(part in call for part in _UNSHOWN) else "work this case out by hand"
        raise failed(f"{about}: value", call=call, got=describe(got), hint=find_slip() or by_hand)


def likely_slip(case: Case, got: Any, slips: Slips, passed: Iterable[tuple[Case, Any]] = ()) -> str:
    """Return the hint of the one slip that explains the student's result; empty if none does, or several do.

    Args:
        case: the call.
        got: what the student's function returned.
        slips: functions that return what common wrong answers return, keyed by hint.
        passed: calls that the student's function got right, with the right value: they rule out slips.
    """
    found = [hint for hint, slip in slips.items() if _gives(slip, case, got)]
    if len(found) > 1:
        found = [hint for hint in found if all(_gives(slips[hint], before, right) for before, right in passed)]
    return found[0] if len(found) == 1 else ""


def _gives(slip: Function, case: Case, got: Any) -> bool:
    try:
        outcome = slip(*case.args, **case.options)
    except Exception:  # the slip is impossible with these arguments; a failed hint must not fail the check
        return False
    if isinstance(got, list | dict | str) or got is None:
        return _agree(outcome, got)
    try:
        outcome, array = np.asarray(outcome), np.asarray(got)
    except ValueError:  # lists of unequal lengths
        return False
    if outcome.shape != array.shape or outcome.dtype.kind not in "iuf" or array.dtype.kind not in "iuf":
        return False
    if array.dtype.kind in "iu" and outcome.dtype.kind in "iu":
        return bool(np.array_equal(outcome, array))
    scale = float(np.max(np.abs(outcome), initial=0.0)) or 1.0
    return bool(np.allclose(array, outcome, rtol=0.0, atol=scale * RELATIVE_TOLERANCE.get(array.dtype, 1e-9)))


def _agree(outcome: Any, got: Any) -> bool:
    """Tell whether a slip's result is the student's: a list, a dictionary, a table or a text."""
    try:
        _compare("", Case(""), to_plain(outcome), got, lambda: "", None)
    except (CheckFailed, StudentError):
        return False
    return True


def compare_values(
    about: str,
    expected: Array,
    got: Array,
    *,
    tolerance: float | None = None,
    atol: float | None = None,
    call: str = "",
    hint: Hint = "",
) -> None:
    """Check that two arrays of the same shape agree; report how many values differ and where the first one is.

    Args:
        about: what is compared, for the message.
        expected: array of any shape.
        got: array of the same shape.
        tolerance: allowed difference relative to the largest expected value; by default from the dtype.
        atol: allowed difference in the values' own unit; it takes the place of `tolerance`.
        call: the call that returned them, for the message.
        hint: what to look at when they differ; a function if the hint is expensive to find.
    """
    if tolerance is None:
        tolerance = RELATIVE_TOLERANCE.get(expected.dtype, 0.0)
    if expected.dtype.kind == "f":
        scale = float(np.max(np.abs(expected), initial=0.0)) or 1.0
        allowed = tolerance * scale if atol is None else atol
        wrong = ~(np.abs(got.astype(np.float64) - expected.astype(np.float64)) <= allowed)
    else:
        wrong = got != expected
    if wrong.any():
        first = tuple(int(index) for index in np.argwhere(wrong)[0])
        count = f"{int(wrong.sum()):,} of {wrong.size:,} values differ"
        where = f"index {first}, where yours is {got[first]:.6g}"
        text = hint if isinstance(hint, str) else hint()
        raise failed(f"{about}: {count}", call=call, where=where, hint=text or _rounding_hint(expected, got))


def _rounding_hint(expected: Array, got: Array) -> str:
    """Return a hint if the values are right to the precision of float32 only."""
    if expected.dtype != np.float64:
        return ""
    error = np.max(np.abs(got - expected)) / (np.max(np.abs(expected)) or 1.0)
    return "the differences are tiny: does your code round to float32 somewhere?" if error <= 1e-6 else ""
