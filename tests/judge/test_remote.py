"""Does the judge's end of the wire refuse every answer that is not what was asked for?"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from coursepack.subject import Frozen, Name, StudentError, Use, wire
from coursepack.subject.bindings import RanCell
from coursepack.subject.remote import RemoteSubject, SubjectLostError
from coursepack.subject.tables import put_together

ARRAYS = {
    "float64": np.arange(6.0).reshape(2, 3),
    "no dimension": np.array(2.5),
    "empty": np.zeros((0, 3), np.float32),
    "booleans": np.array([True, False]),
    "text": np.array([["a", "bc"]]),
    "not contiguous": np.arange(12).reshape(3, 4)[:, ::2],
    "complex": np.array([1 + 2j]),
}


@pytest.mark.parametrize("what", ARRAYS)
def test_arrays_arrive_as_they_left(what: str) -> None:
    """Do dtype, shape and values survive?"""
    array = ARRAYS[what]
    back = wire.decode(*wire.encode(array))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert np.array_equal(back, array)


@pytest.mark.parametrize(
    "value", [None, True, 7, -1.5, float("inf"), "ä", [1, [2]], (1, (2,)), {"a": 1, 2: [3]}, b"\0\xff", Name("x")]
)
def test_plain_values_arrive_as_they_left(value: Any) -> None:
    """Do numbers, texts, lists, tuples, dictionaries, bytes and names survive, types included?"""
    back = wire.decode(*wire.encode(value))
    assert back == value
    assert type(back) is type(value)


def test_a_frozen_array_arrives_frozen() -> None:
    """Does an array that must not be written to cross as such?"""
    back = wire.decode(*wire.encode(Frozen(np.array([1.5, 2.5]))))
    assert isinstance(back, Frozen)
    assert np.array_equal(back.array, [1.5, 2.5])


TABLES = {
    "columns of every kind": pd.DataFrame(
        {
            "number": [1.5, float("nan")],
            "count": np.array([1, 2], np.int32),
            "flag": [True, False],
            "text": ["a", None],
            "day": pd.to_datetime(["2026-11-27", None]),
        }
    ),
    "an index of texts": pd.DataFrame({"mass": [1, 2]}, index=pd.Index(["f", "m"], name="sex")),
    "numbered from 1": pd.DataFrame({"mass": [1, 2]}, index=[1, 2]),
    "no column": pd.DataFrame(index=["a", "b"]),
    "no row": pd.DataFrame({"mass": np.zeros(0)}),
    "one name twice": pd.DataFrame([[1, 2.5]], columns=["a", "a"]),
    "columns with numbers": pd.DataFrame(np.eye(2)),
    "a series": pd.Series([1.5, 2.5], index=["a", "b"], name="mass"),
    "a series without a name": pd.Series([1, 2]),
}


@pytest.mark.parametrize("what", TABLES)
def test_does_a_table_arrive_as_it_left(what: str) -> None:
    table = TABLES[what]
    back = put_together(wire.decode(*wire.encode(table)))
    if isinstance(table, pd.Series):
        pd.testing.assert_series_equal(back, table)
    else:
        pd.testing.assert_frame_equal(back, table, check_column_type=False)


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"a": [{1}]}),
        pd.DataFrame({"a": ["x"]}, dtype="category"),
        pd.DataFrame({"a": [1, None]}, dtype="Int64"),
        pd.DataFrame({("a", "b"): [1]}),
        pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("x", "y")])),
    ],
    ids=["a set", "categories", "numbers that may be missing", "labels of two levels", "an index of two levels"],
)
def test_is_a_table_of_other_things_refused(table: pd.DataFrame) -> None:
    with pytest.raises(wire.WireError, match="a table's"):
        wire.encode(table)


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, np.array([None]), np.array(["2020"], "datetime64"), 10**5000, int], ids=range(6)
)
def test_nothing_else_is_sent(value: Any) -> None:
    """Is everything that is not plain data refused?"""
    with pytest.raises(wire.WireError):
        wire.encode(value)


MALFORMED = {
    "not JSON": b"{",
    "two kinds": b'{"array": 1, "bytes": 2}',
    "an unknown kind": b'{"pickle": "x"}',
    "frozen text": b'{"frozen": "x"}',
    "a wrong dtype": b'{"array": ["|O", [1], 0]}',
    "a wrong size": b'{"array": ["<f8", [2], 0]}',
    "a negative size": b'{"array": ["<f8", [-1], 0]}',
    "a size that overflows": b'{"array": ["<f8", [4294967296, 4294967296], 0]}',
    "no such buffer": b'{"bytes": 7}',
    "a boolean place": b'{"bytes": false}',
    "a list as key": b'{"dict": [[[1], 2]]}',
    "a deep nest": b"[" * 5000 + b"]" * 5000,
    "a very long number": b"1" * 5000,
    "a table without columns": b'{"table": [3, false, false]}',
    "an index of a table without columns": b'{"table": [[], true, false]}',
    "a table of half a column": b'{"table": [[["a", "texts"]], false, false]}',
    "text of numbers": b'{"text": [[1], [3]]}',
    "a buffer taken twice": b'[{"array": ["<f8", [1], 0]}, {"array": ["<f8", [1], 0]}]',
    "one long text among a million": b'{"text": [[1000001], ["' + b"x" * 1000 + b'"' + b',""' * 1_000_000 + b"]]}",
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_values_are_refused(what: str) -> None:
    """Does decoding end in one kind of error, whatever comes?"""
    with pytest.raises(wire.WireError):
        wire.decode(MALFORMED[what], [b"12345678"])


class Impostor:
    """Listens where an agent would, and answers every question with prepared bytes.

    Args:
        folder: where its socket lies.
    """

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "s")
        self.answer = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(self.path)
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def says(self, value: Any) -> None:
        """Answer with this value from now on."""
        text, buffers = wire.encode(value)
        sizes = b"".join(struct.pack(">Q", len(buffer)) for buffer in buffers)
        self.answer = struct.pack(">II", len(text), len(buffers)) + sizes + text + b"".join(buffers)

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            while True:
                try:
                    wire.receive(connection)
                except (wire.EndedError, wire.WireError):
                    return
                if not self.answer:
                    return
                connection.sendall(self.answer)

    def close(self) -> None:
        self._thread.join(timeout=5)
        self._socket.close()


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Impostor]:
    """An agent that says what a test wants it to."""
    made = Impostor(tmp_path)
    yield made
    made.close()


@pytest.fixture
def subject(impostor: Impostor) -> Iterator[RemoteSubject]:
    """The judge's end of a conversation with the impostor."""
    made = RemoteSubject(impostor.path, seconds=2.0)
    yield made
    made.close()


ANSWERS = (None, 7, {"verdict": 1}, {"value": 1, "error": 2}, {"error": "x"}, {"error": [1, 2, 3, 4]}, {"passed": True})


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_an_answer_without_the_right_form_ends_it(impostor: Impostor, subject: RemoteSubject, answer: Any) -> None:
    """Is an answer that is neither value nor error the end, so that no check goes on?"""
    impostor.says(answer)
    with pytest.raises(SubjectLostError):
        subject.value("x")


BODIES = (None, -1, 0.5, [1, 2], {"state": {}}, np.array([np.nan]))
STRUCTURED: dict[str, tuple[Any, ...]] = {
    "module": ("Net",),
    "run_loop": ("train", "classifier", {}),
    "gradients": ("f", [np.zeros(3)], np.zeros(3)),
    "source": ("f",),
    "file": ("f", b""),
}


@pytest.mark.parametrize("question", STRUCTURED)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_a_value_of_the_wrong_structure_ends_it(
    impostor: Impostor, subject: RemoteSubject, question: str, body: Any
) -> None:
    """Is every structured answer checked before a check sees it?"""
    impostor.says({"value": body})
    options = {"state": {"1.weight": np.zeros(3)}} if question == "run_loop" else {}
    with pytest.raises(SubjectLostError):
        getattr(subject, question)(*STRUCTURED[question], **options)


PASSES = (
    None,
    [np.zeros(3), [], None],
    [np.zeros(3), [["conv3d", {}, {}]], []],
    [np.zeros(3), [["linear", {"weight": "x"}, {}]], []],
    [np.zeros(3), [["linear", {"weight": np.zeros(2)}, {"weight": np.zeros(3)}]], []],
    [np.zeros(3), [["linear", {}, {}]], []],
)


@pytest.mark.parametrize("body", PASSES, ids=str)
def test_a_pass_of_the_wrong_structure_ends_it(impostor: Impostor, subject: RemoteSubject, body: Any) -> None:
    """Is what a network's pass is said to have given checked layer by layer?"""
    impostor.says({"value": 0})
    network = subject.module("Net")
    impostor.says({"value": body})
    with pytest.raises(SubjectLostError):
        network.trace(np.zeros((1, 3)))


def test_are_weights_held_against_those_loaded_last(impostor: Impostor, subject: RemoteSubject) -> None:
    """Does a pass with the weights of an earlier load not count, however often it counted before?"""
    impostor.says({"value": 0})
    network = subject.module("Net")
    linear: Any = ["linear", {"weight": np.array([1.0, 2.0])}, {}]
    pass_with_these = {"value": [np.zeros(3), [linear], [linear]]}
    for weights, refused in (([2.0, 1.0], False), ([3.0, 4.0], True)):
        impostor.says({"value": None})
        network.load({"weight": np.array(weights)})
        impostor.says(pass_with_these)
        for _ in range(2):
            with pytest.raises(StudentError, match="not one of") if refused else contextlib.nullcontext():
                network.trace(np.zeros((1, 3)))


def test_can_a_received_array_be_written_to() -> None:
    """Does whoever receives an array have it for himself, as one that was made here?"""
    here, there = socket.socketpair()
    with here, there:
        wire.send(here, [np.arange(3.0), np.zeros((0, 2)), b"text"])
        array, empty, text = wire.receive(there)
    array += 1.0
    assert (array.tolist(), empty.shape, text) == ([1.0, 2.0, 3.0], (0, 2), b"text")


RAW = {
    "noise": b"\xff" * 64,
    "a huge buffer": struct.pack(">IIQ", 2, 1, 2**62) + b"{}",
    "a huge text": struct.pack(">II", 2**31, 0),
    "an unfinished text": struct.pack(">II", 9, 0) + b"{",
}


@pytest.mark.parametrize("what", RAW)
def test_raw_bytes_end_it(impostor: Impostor, subject: RemoteSubject, what: str) -> None:
    """Does nothing that is not a frame take memory or time?"""
    impostor.answer = RAW[what]
    with pytest.raises(SubjectLostError):
        subject.value("x")


def test_after_the_end_nothing_is_asked(impostor: Impostor, subject: RemoteSubject) -> None:
    """Does a check that goes on after the end meet the end again?"""
    impostor.says({"passed": True})
    for _ in range(2):
        with pytest.raises(SubjectLostError):
            subject.value("x")


def test_the_students_error_is_the_students(impostor: Impostor, subject: RemoteSubject) -> None:
    """Does an exception of student code arrive as one?"""
    impostor.says({"error": ["ValueError", "size 0", "line 3 of f", ["Exception"]]})
    with pytest.raises(StudentError, match="size 0") as caught:
        subject.call("f", 1)
    assert caught.value.is_a("Exception")


@pytest.mark.parametrize(("said", "expected"), [("library", "library"), ("value", "function"), ("missing", "function")])
def test_a_source_is_held_against_the_notebook(impostor: Impostor, said: str, expected: str) -> None:
    """Does the notebook's own text count where the agent hides a function?"""
    cells = [RanCell("%%time\ndef f(x):\n    return scipy.convolve(x)")]
    subject = RemoteSubject(impostor.path, cells=cells, seconds=2.0)
    impostor.says({"value": [said, "scipy.signal.convolve"]})
    source = subject.source("f")
    subject.close()
    assert source.kind == expected
    assert "convolve" in source.text


def test_what_was_watched_arrives(impostor: Impostor, subject: RemoteSubject) -> None:
    """Does the judge learn once which library was called, and where, from each question that was watched?"""
    used, uses = ["f", "scipy.signal.convolve"], Use("f", "scipy.signal.convolve")
    assert subject.watch(["scipy"]) == []
    impostor.says({"value": 7, "uses": [used]})
    assert subject.call("f") == 7
    impostor.says({"error": ["ValueError", "no", "", []], "uses": [used]})
    with pytest.raises(StudentError, match="no"):
        subject.call("f")
    assert subject.watch(()) == [uses, uses]
    impostor.says({"value": 8})
    assert (subject.call("f"), subject.watch(())) == (8, [])


WATCHED: tuple[Any, ...] = (
    {"value": 1},
    {"value": 1, "uses": None},
    {"value": 1, "uses": [["f"]]},
    {"value": 1, "uses": [["f", 1]]},
    {"value": 1, "uses": [["f", "scipy"]] * 21},
    {"error": ["ValueError", "no", "", []]},
    {"uses": []},
)


@pytest.mark.parametrize("answer", WATCHED, ids=str)
def test_an_answer_that_does_not_tell_what_was_called_ends_it(
    impostor: Impostor, subject: RemoteSubject, answer: Any
) -> None:
    """Is it no answer to a question that was watched, and can nobody ask on?"""
    subject.watch(["scipy"])
    impostor.says(answer)
    with pytest.raises(SubjectLostError):
        subject.call("f")
    with pytest.raises(SubjectLostError):
        subject.watch(())


def test_an_answer_that_tells_what_nobody_asked_ends_it(impostor: Impostor, subject: RemoteSubject) -> None:
    impostor.says({"value": 1, "uses": []})
    with pytest.raises(SubjectLostError):
        subject.call("f")


@pytest.mark.parametrize("told", [{}, {"uses": []}], ids=str)
def test_a_time_limit_is_told_as_one_while_calls_are_watched(
    impostor: Impostor, subject: RemoteSubject, told: Any
) -> None:
    subject.watch(["scipy"])
    impostor.says({"interrupted": True, **told})
    with pytest.raises(SubjectLostError) as caught:
        subject.call("f")
    assert caught.value.interrupted
