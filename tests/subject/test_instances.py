"""Can a check use objects of a student's own classes, by plain data only?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from coursepack.subject import Frozen, LocalSubject, Name, StudentError
from coursepack.subject.instances import RemoteInstance


class Scaler:
    """An object with parameters, an alias of them, and parts."""

    def __init__(self, size: int, *, start: float = 0.0) -> None:
        self.params = {"scale": np.full(size, start)}
        self.alias = self.params["scale"]
        self.parts = [SimpleNamespace(name="first"), SimpleNamespace(name="second")]

    def apply(self, values: Any) -> Any:
        return values * self.params["scale"]

    def spoil(self, values: Any) -> None:
        values[...] = 0

    @property
    def broken(self) -> Any:
        raise ValueError("broken on purpose")


SUBJECT = LocalSubject({"Scaler": Scaler, "scaler": Scaler(2, start=3.0), "np": np, "apply": lambda f, x: f(x)})


def test_is_a_class_made_an_object_and_its_method_called() -> None:
    handle = SUBJECT.instance("Scaler", 2, start=2.0)
    np.testing.assert_array_equal(handle.call("apply", np.array([1.0, 5.0])), [2.0, 10.0])


def test_is_an_object_that_exists_taken_as_it_is() -> None:
    np.testing.assert_array_equal(SUBJECT.instance("scaler").get("params.scale"), [3.0, 3.0])


def test_do_two_handles_have_objects_of_their_own() -> None:
    one, other = SUBJECT.instance("Scaler", 1), SUBJECT.instance("Scaler", 1)
    one.set("params.scale", np.array([7.0]))
    assert other.get("params.scale") == [0.0]


def test_does_a_set_array_keep_its_place_in_memory() -> None:
    handle = SUBJECT.instance("Scaler", 2)
    handle.set("params.scale", np.array([1.0, 2.0]))
    np.testing.assert_array_equal(handle.get("alias"), [1.0, 2.0])


@pytest.mark.parametrize(
    ("path", "value"), [("params.scale", np.ones(5)), ("params.new", 1), ("fresh", "text"), ("parts.1.name", "last")]
)
def test_is_anything_else_replaced(path: str, value: Any) -> None:
    handle = SUBJECT.instance("Scaler", 2)
    handle.set(path, value)
    np.testing.assert_array_equal(handle.get(path), value)


def test_may_a_method_write_to_its_argument() -> None:
    given = np.ones(2)
    SUBJECT.instance("Scaler", 2).call("spoil", given)
    np.testing.assert_array_equal(given, [1.0, 1.0])


def test_is_a_changed_argument_an_error_where_the_exercise_forbids_it() -> None:
    with pytest.raises(StudentError, match="read-only"):
        SUBJECT.instance("Scaler", 2).call("spoil", Frozen(np.ones(2)))


@pytest.mark.parametrize("path", ["grads", "params.bias", "parts.2", "parts.first", "params.scale.nothing"])
def test_does_a_path_that_leads_nowhere_name_its_part(path: str) -> None:
    with pytest.raises(StudentError, match=rf"no '{path.split('.')[-1]}' in '{path}'"):
        SUBJECT.instance("Scaler", 2).get(path)


def test_is_an_error_in_the_students_code_told_with_its_place() -> None:
    with pytest.raises(StudentError, match="broken on purpose"):
        SUBJECT.instance("Scaler", 2).get("broken")


@pytest.mark.parametrize("path", ["parts", "broken.scale"])
def test_is_what_is_not_plain_refused(path: str) -> None:
    with pytest.raises(StudentError):
        SUBJECT.instance("Scaler", 2).get(path)


def test_is_a_value_no_method() -> None:
    with pytest.raises(StudentError, match="not a method"):
        SUBJECT.instance("Scaler", 2).call("params")


def test_does_a_dotted_name_reach_into_a_module_of_the_notebook() -> None:
    np.testing.assert_array_equal(SUBJECT.call("apply", Name("np.square"), np.array([2.0])), [4.0])


def test_does_the_far_end_get_number_path_and_value() -> None:
    asked: list[Any] = []
    handle = RemoteInstance(lambda *question: asked.append(question), 4, "scaler")
    handle.call("apply", 1, extra=2)
    handle.get("params.scale")
    handle.set("params.scale", 5)
    assert asked == [
        ("call", ["apply", 1], {"extra": 2}, 4),
        ("get", ["params.scale"], {}, 4),
        ("set", ["params.scale", 5], {}, 4),
    ]
