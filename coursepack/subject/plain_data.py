"""Turn a student's answer into plain data: arrays, numbers, strings, lists and dictionaries, or raise a clear error."""

from __future__ import annotations

from typing import Any

import numpy as np

from .protocol import StudentError
from .tables import Rows, is_table, rows_of
from .wire import MAX_KEY

MAX_ARRAY_BYTES = 64 * 2**20
MAX_ITEMS = 10_000
MAX_TEXT = 100_000
NUMERIC_KINDS = "biufc"


def to_plain(value: Any, depth: int = 0) -> Any:
    """Return `value` as plain data.

    Tensors and array-likes become NumPy arrays, NumPy scalars Python numbers, tables their `Rows`.

    Raises:
        StudentError: the value is of another kind, too large, or nested more than six deep.
    """
    if depth > 6:
        raise StudentError("TypeError", "the value is nested too deeply")
    if value is None or isinstance(value, bool | int | float):
        return _scalar(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, np.generic):
        return _number(value)
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, dict):
        return _dictionary(value, depth)
    if isinstance(value, list | tuple):
        return _sequence(value, depth)
    return _foreign(value, depth)


def _scalar(value: bool | int | float | None) -> bool | int | float | None:
    for exact in (bool, int, float):
        if isinstance(value, exact):
            return exact(value)
    return None


def _text(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise StudentError("ValueError", f"the text has {len(value):,} characters, more than {MAX_TEXT:,}")
    return str.__str__(value)


def _number(value: np.generic) -> Any:
    """Return a NumPy scalar as a Python number or string; a complex one, which JSON lacks, unchanged."""
    plain: Any = _array(np.asarray(value))[()]
    return plain if isinstance(plain, np.complexfloating) else plain.item()


def _array(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if value.nbytes > MAX_ARRAY_BYTES:
        raise StudentError("ValueError", f"the array has {value.nbytes:,} bytes, more than {MAX_ARRAY_BYTES:,}")
    if value.dtype.kind not in NUMERIC_KINDS + "U":
        raise StudentError("TypeError", f"the array holds {value.dtype} instead of numbers")
    # Of a size that is the same on every machine.
    common = {np.dtype(np.longdouble): np.float64, np.dtype(np.clongdouble): np.complex128}
    return np.array(value, dtype=common.get(value.dtype, value.dtype), copy=True, order="C", subok=False)


def _sequence(value: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
    if len(value) > MAX_ITEMS:
        raise StudentError("ValueError", f"the list has {len(value):,} items, more than {MAX_ITEMS:,}")
    return [to_plain(item, depth + 1) for item in value]


def _dictionary(value: dict[Any, Any], depth: int) -> dict[Any, Any]:
    if len(value) > MAX_ITEMS:
        raise StudentError("ValueError", f"the dictionary has {len(value):,} items, more than {MAX_ITEMS:,}")
    return {_key(key): to_plain(item, depth + 1) for key, item in value.items()}


def _key(key: Any) -> int | str:
    """Return a key as an integer or a string; True is 1, as in Python's dictionaries."""
    if isinstance(key, int | np.integer) and abs(int(key)) <= MAX_KEY:
        return int(key)
    return _text(key if isinstance(key, str) else str(key))


def _foreign(value: Any, depth: int) -> Any:
    """Convert tensors and tables, without importing their libraries if nobody else has."""
    if type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach"):
        return _array(value.detach().cpu().resolve_conj().resolve_neg().numpy())
    if is_table(value):
        return _table(value, depth)
    raise StudentError("TypeError", f"expected plain data or an array, got {type(value).__name__}")


def _table(value: Any, depth: int) -> Rows:
    """Return a table's rows; pandas has more classes that look like tables, such as an Index."""
    if type(value).__name__ not in ("DataFrame", "Series"):
        raise StudentError("TypeError", f"expected a table, got {type(value).__name__}")
    rows = rows_of(value)
    plain = _sequence(rows, depth)
    return Rows(plain, series=rows.series, label=rows.label, named=rows.named)
