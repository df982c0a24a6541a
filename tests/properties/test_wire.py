"""Does the wire carry every plain value whole, and does it refuse everything else in one way?"""

from __future__ import annotations

import contextlib
import json
import math
import socket
import struct
import threading
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from coursepack.subject import Name, StudentError, wire
from coursepack.subject.pass_records import read_function_pass, read_inventory, read_step_result
from coursepack.subject.plain_data import to_plain
from coursepack.subject.tables import Rows

KINDS = (
    "|b1",
    "|i1",
    "|u1",
    "<i2",
    "<u2",
    "<i4",
    "<u4",
    "<i8",
    "<u8",
    "<f2",
    "<f4",
    "<f8",
    "<c8",
    "<c16",
    ">f4",
    ">i8",
)
ARRAYS = st.sampled_from(KINDS).flatmap(
    lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
TEXT_ARRAYS = arrays.arrays("<U5", arrays.array_shapes(max_dims=3, max_side=3))
KEYS = st.integers(-(2**60), 2**60) | st.text(max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**50), 10**50)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
    | st.builds(Name, st.text(max_size=8))
    | ARRAYS
    | TEXT_ARRAYS
    | ARRAYS.filter(lambda array: array.size > 0).map(lambda array: array.reshape(-1)[0])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.dictionaries(KEYS, st.lists(inner, min_size=2, max_size=2), min_size=1, max_size=2).map(
            lambda columns: Rows(
                [{name: column[place] for name, column in columns.items()} for place in (0, 1)],
                series=len(columns) == 1,
                label=None,
                named=False,
            )
        )
    ),
    max_leaves=12,
)
# What a hostile process can put where JSON is expected.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(KINDS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["tuple", "dict", "bytes", "name", "table", "rows", "text", "array", "number", "x"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=16,
)
NEARLY_ROWS = st.tuples(
    st.lists(st.just({"dict": [["a", 1]]}) | JSON, max_size=3),
    st.booleans() | JSON,
    st.none() | st.just("a") | JSON,
    JSON,
).map(lambda parts: {"rows": list(parts)})
NEARLY_ARRAYS = st.tuples(
    st.sampled_from([*KINDS, "|O", "V1000000000", "<f16", "|S9", "<M8[s]", "f8,f8", ""]),
    st.lists(st.integers(-2, 3) | st.sampled_from([2**31, 2**40, 2**63, -(2**63)]), max_size=40),
    st.integers(-1, 2),
).map(lambda parts: {"array": list(parts)})


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are of the same types and equal; NaN equals NaN."""
    if isinstance(one, np.ndarray | np.generic):
        alike = type(one) is type(other) and one.shape == other.shape
        return alike and bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))
    if type(one) is not type(other):
        return False
    if isinstance(one, Rows) and vars(one) != vars(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    return bool(one == other) or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


@given(VALUES)
def test_does_a_value_arrive_as_it_left(value: Any) -> None:
    """Are type, dtype, shape and every number of a value the same behind the wire?"""
    assert same(value, wire.decode(*wire.encode(value)))


@given(JSON | NEARLY_ARRAYS | NEARLY_ROWS, st.lists(st.binary(max_size=64), max_size=3))
def test_does_decoding_refuse_in_one_way(body: Any, buffers: list[bytes]) -> None:
    """Is any JSON either a value or a `WireError`, and nothing larger than what came?"""
    with contextlib.suppress(wire.WireError):
        value = wire.decode(json.dumps(body).encode("ascii"), buffers)
        assert not isinstance(value, np.ndarray) or value.nbytes <= 200


@given(st.binary(max_size=200))
def test_are_bytes_refused_in_one_way(text: bytes) -> None:
    """Are bytes that are no JSON refused by `WireError`?"""
    with contextlib.suppress(wire.WireError):
        wire.decode(text, [])


def received(stream: bytes) -> Any:
    """Return what a frame's reader makes of a stream that ends."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=lambda: (theirs.sendall(stream), theirs.shutdown(socket.SHUT_WR)))
        sender.start()
        try:
            return wire.receive(ours, 5.0)
        finally:
            ours.close()
            sender.join()


SIZES = st.integers(0, 40) | st.sampled_from([2**16, 2**31, 2**32 - 1])
LARGE = SIZES | st.sampled_from([2**40, 2**62, 2**64 - 1])


@given(SIZES, SIZES, st.lists(LARGE, max_size=6), st.binary(max_size=80))
def test_does_a_frame_take_no_memory_before_it_is_there(text: int, count: int, sizes: list[int], rest: bytes) -> None:
    """Is a stream a value, malformed or at its end, and never room for what was only announced?"""
    head = struct.pack(">II", text, count) + b"".join(struct.pack(">Q", size) for size in sizes)
    tracemalloc.start()
    try:
        with contextlib.suppress(wire.WireError, wire.EndedError):
            received(head + rest)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


ANSWERS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.text(max_size=9)
    | ARRAYS
    | TEXT_ARRAYS
    | ARRAYS.filter(lambda array: array.size > 0).map(lambda array: array.reshape(-1)[0])
    | st.sampled_from([np.longdouble(1.5), np.array([1.5], np.longdouble), np.array(["2020"], "datetime64[D]"), 1j])
    | st.sampled_from([object(), {1, 2}, b"x", np.datetime64("2020"), np.array([None]), np.bool_(True), np.str_("a")]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(
            KEYS | st.booleans() | st.integers() | st.floats() | st.none() | st.sampled_from([np.int64(3), (1, 2)]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ANSWERS)
def test_can_everything_be_sent_that_counts_as_plain(answer: Any) -> None:
    """Does every answer that is taken for plain data cross the wire as it is?"""
    with contextlib.suppress(StudentError):
        plain = to_plain(answer)
        assert same(plain, wire.decode(*wire.encode(plain)))


@given(VALUES, st.sampled_from([read_function_pass, read_step_result, read_inventory]))
def test_are_records_refused_in_one_way(body: Any, reader: Any) -> None:
    """Is an answer that is no record refused by the errors that end the conversation?"""
    with pytest.raises((ValueError, TypeError)):
        reader(body)


@pytest.mark.parametrize(
    "value",
    [{2**60 + 1: 0}, {-(2**61): 0}, {True: 0}, {1.5: 0}, {None: 0}, {(1,): 0}, [0] * (wire.MAX_PARTS + 1)],
    ids=range(7),
)
def test_is_what_would_not_be_read_not_sent(value: Any) -> None:
    """Does the sender already refuse what the reader would?"""
    with pytest.raises(wire.WireError):
        wire.encode(value)


HUGE = {
    "keys of one hash": b'{"dict":[' + b",".join(b"[%d,0]" % (i * (2**61 - 1)) for i in range(1, 50_000)) + b"]}",
    "a million lists": b"[" + b"[]," * 1_000_000 + b"0]",
    "an endless side": b'{"array": ["<f8", [0, 1099511627775], 0]}',
    "an endless side of texts": b'{"text": [[0, 1099511627775], []]}',
}


@pytest.mark.parametrize("what", HUGE)
def test_is_what_takes_long_to_build_refused(what: str) -> None:
    """Is a value refused that is short to send and long to build, or whose emptiness has endless sides?"""
    with pytest.raises(wire.WireError):
        wire.decode(HUGE[what], [b""])
