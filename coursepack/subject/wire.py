"""Encode a subject's questions and answers as frames of JSON and raw buffers, never pickle.

A frame is a head (two 32-bit sizes), the sizes of its buffers (64-bit each), the JSON text, the buffers; all numbers
big-endian. Arrays are sent as (dtype, shape, bytes). The reader checks every size before it takes memory and every type
before it builds a value, because student code may have taken over the process at the other end.
"""

from __future__ import annotations

import json
import math
import re
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from .protocol import Frozen, Name
from .tables import Column, Rows, Table, is_table, taken_apart

MAX_JSON = 8 * 2**20
MAX_BUFFERS = 4096
MAX_BYTES = 192 * 2**20
MAX_DEPTH = 16
# Each comma or bracket creates an object of a hundred bytes, in a microsecond.
MAX_PARTS = 500_000
# Larger integers may share one hash; building a dictionary of them takes time quadratic in its length.
MAX_KEY = 2**60
Bytes = bytes | bytearray
_HEAD = struct.Struct(">II")
_SIZE = struct.Struct(">Q")
_LABELS = (bool, int, float, str, type(None))
_DTYPE = re.compile(r"\|b1|\|[iu]1|<[iu][248]|<f[248]|<c8|<c16")


class WireError(Exception):
    """A frame, or a value in it, breaks the protocol."""


class EndedError(Exception):
    """The other end closed the connection."""


class LateError(Exception):
    """No complete frame arrived in time."""


def encode(value: Any) -> tuple[bytes, list[bytes]]:
    """Return a value as JSON text and buffers.

    Raises:
        WireError: the value is not plain data, or too large.
    """
    buffers: list[bytes] = []
    try:
        text = json.dumps(_to_json(value, buffers, 0), separators=(",", ":")).encode("ascii")
    except (ValueError, RecursionError) as error:
        raise WireError(f"the value cannot be sent: {error}") from None
    size = sum(map(len, buffers))
    if len(text) > MAX_JSON or _parts(text) > MAX_PARTS or len(buffers) > MAX_BUFFERS or size > MAX_BYTES:
        raise WireError("the value is too large to be sent")
    return text, buffers


def _to_json(value: Any, buffers: list[bytes], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError("the value is nested too deeply")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, list | tuple):
        items = [_to_json(item, buffers, depth + 1) for item in value]
        if isinstance(value, Rows):
            return {"rows": [items, value.series, value.label, value.named]}
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, dict):
        return {"dict": [[_key(key), _to_json(item, buffers, depth + 1)] for key, item in value.items()]}
    if isinstance(value, bytes):
        buffers.append(value)
        return {"bytes": len(buffers) - 1}
    if isinstance(value, Name):
        return {"name": value.name}
    if isinstance(value, Frozen):
        return {"frozen": _to_json(value.array, buffers, depth + 1)}
    if isinstance(value, np.ndarray | np.generic):
        return _array_to_json(value, buffers)
    if is_table(value):
        return _table_to_json(value, buffers, depth)
    raise WireError(f"{type(value).__name__} is not plain data")


def _table_to_json(value: Any, buffers: list[bytes], depth: int) -> Any:
    try:
        table = taken_apart(value)
    except TypeError as error:
        raise WireError(str(error)) from None
    parts = [[one.name, one.dtype, one.values] for one in (*table.columns, *([table.index] if table.index else []))]
    return {"table": [_to_json(parts, buffers, depth + 1), table.index is not None, table.series]}


def _array_to_json(value: Any, buffers: list[bytes]) -> Any:
    array = np.asarray(value)
    if array.dtype.kind == "U" and array.nbytes <= MAX_BYTES:
        return {"text": [list(array.shape), array.reshape(-1).tolist()]}
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if not _DTYPE.fullmatch(array.dtype.str):
        raise WireError(f"arrays of {array.dtype} cannot be sent")
    buffers.append(array.tobytes())
    kind = "array" if isinstance(value, np.ndarray) else "number"
    return {kind: [array.dtype.str, list(array.shape), len(buffers) - 1]}


def decode(text: Bytes, buffers: Sequence[Bytes]) -> Any:
    """Return the value of a frame.

    Raises:
        WireError: the frame is malformed.
    """
    if _parts(text) > MAX_PARTS:
        raise WireError("a value of too many parts")
    try:
        # Each buffer may be used only once: a thousand references to it would become a thousand arrays.
        return _from_json(json.loads(text), dict(enumerate(buffers)), 0)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError, MemoryError) as error:
        raise WireError(f"malformed: {type(error).__name__}") from None


def _parts(text: Bytes) -> int:
    return sum(map(text.count, (b",", b"[", b"{")))


def _from_json(value: Any, buffers: dict[int, Bytes], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError("nested too deeply")
    if isinstance(value, list):
        return [_from_json(item, buffers, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise WireError("an object must have one key")
    [(kind, body)] = value.items()
    if kind == "tuple":
        return tuple(_from_json(item, buffers, depth + 1) for item in _typed(body, list))
    if kind == "dict":
        return {_key(key): _from_json(item, buffers, depth + 1) for key, item in _typed(body, list)}
    if kind == "bytes":
        return bytes(_buffer(body, buffers))
    if kind == "name":
        return Name(_typed(body, str))
    if kind == "frozen":
        return Frozen(_typed(_from_json(body, buffers, depth + 1), np.ndarray))
    if kind == "table":
        return _table_from_json(body, buffers, depth)
    if kind == "rows":
        return _rows_from_json(body, buffers, depth)
    if kind == "text":
        return _text_array(*body)
    if kind in ("array", "number"):
        array = _array_from_json(body, buffers)
        return array if kind == "array" else array[()]
    raise WireError(f"unknown kind {kind[:20]!r}")


def _table_from_json(body: Any, buffers: dict[int, Bytes], depth: int) -> Table:
    parts, indexed, series = body
    columns = [
        Column(name, _typed(dtype, str), values) for name, dtype, values in _from_json(parts, buffers, depth + 1)
    ]
    index = columns.pop() if indexed else None
    return Table(columns, index, _typed(series, bool))


def _rows_from_json(body: Any, buffers: dict[int, Bytes], depth: int) -> Rows:
    items, series, label, named = body
    rows = [_typed(_from_json(item, buffers, depth + 1), dict) for item in _typed(items, list)]
    if label is not None and any(type(row.get(_typed(label, str), ())) not in _LABELS for row in rows):
        raise WireError("a row without its label")
    columns = {tuple(row) for row in rows}
    if len(columns) > 1 or (_typed(series, bool) and any(len(one) != 1 + (label is not None) for one in columns)):
        raise WireError("rows that are not those of a table")
    return Rows(rows, series=series, label=label, named=_typed(named, bool))


def _array_from_json(body: Any, buffers: dict[int, Bytes]) -> Any:
    dtype, shape, index = body
    if not isinstance(dtype, str) or not _DTYPE.fullmatch(dtype):
        raise WireError("an array of unknown dtype")
    raw, sizes, kind = _buffer(index, buffers), _shape(shape), np.dtype(dtype)
    if math.prod(sizes) * kind.itemsize != len(raw):
        raise WireError("an array whose size is not that of its shape")
    if kind == np.bool_:
        return np.frombuffer(raw, np.uint8).reshape(sizes).astype(np.bool_)
    array = np.frombuffer(raw, kind).reshape(sizes)
    return array if array.flags.writeable else array.copy()  # a buffer that was received is nobody else's


def _text_array(shape: Any, items: Any) -> Any:
    """Return an array of strings, each of which takes as much memory as the longest."""
    texts = [_typed(item, str) for item in _typed(items, list)]
    if 4 * len(texts) * max(map(len, texts), default=0) > MAX_BYTES:
        raise WireError("an array of texts that is too large")
    return np.array(texts, dtype=np.str_).reshape(_shape(shape))


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise WireError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def _key(value: Any) -> int | str:
    if type(value) is not str and not (type(value) is int and abs(value) <= MAX_KEY):
        raise WireError("a key must be a text or a whole number")
    return value


def _shape(value: Any) -> tuple[int, ...]:
    if len(_typed(value, list)) > 32 or any(type(size) is not int or size < 0 for size in value):
        raise WireError("not a shape")
    # Even an empty array has dimensions, and a check may create arrays of that size.
    if math.prod(size or 1 for size in value) > MAX_BYTES:
        raise WireError("a shape that is too large")
    return tuple(value)


def _buffer(index: Any, buffers: dict[int, Bytes]) -> Bytes:
    if type(index) is not int or index not in buffers:
        raise WireError("no such buffer, or one that was taken already")
    return buffers.pop(index)


def send(connection: socket.socket, value: Any) -> None:
    """Send a value as one frame.

    Raises:
        WireError: the value cannot be sent; nothing was sent.
        EndedError: the other end is gone.
    """
    text, buffers = encode(value)
    head = _HEAD.pack(len(text), len(buffers)) + b"".join(_SIZE.pack(len(buffer)) for buffer in buffers)
    try:
        for part in (head, text, *buffers):
            connection.sendall(part)
    except TimeoutError:
        raise LateError("the other end does not read") from None
    except OSError:
        raise EndedError("the connection is closed") from None


def receive(connection: socket.socket, seconds: float | None = None) -> Any:
    """Return the value of the next frame.

    Args:
        connection: a stream socket.
        seconds: time limit for the whole frame; None for no limit.

    Raises:
        WireError: the frame is malformed or too large.
        EndedError: the other end is gone.
        LateError: it took too long.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    text_size, count = _HEAD.unpack(_read(connection, _HEAD.size, deadline))
    if text_size > MAX_JSON or count > MAX_BUFFERS:
        raise WireError("a frame that is too large")
    heads = _read(connection, _SIZE.size * count, deadline)
    sizes = [size for (size,) in _SIZE.iter_unpack(heads)]
    if sum(sizes) > MAX_BYTES:
        raise WireError("a frame that is too large")
    text = _read(connection, text_size, deadline)
    return decode(text, [_read(connection, size, deadline) for size in sizes])


def _read(connection: socket.socket, size: int, deadline: float | None) -> bytearray:
    parts = bytearray(size)
    rest = memoryview(parts)
    while rest:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise LateError("no answer in time")
        connection.settimeout(left)
        try:
            count = connection.recv_into(rest)
        except TimeoutError:
            raise LateError("no answer in time") from None
        except OSError:
            raise EndedError("the connection broke") from None
        if not count:
            raise EndedError("the connection is closed")
        rest = rest[count:]
    return parts
