"""Does the near end of the subject move plain data only, and leave the kernel as it was?"""

from __future__ import annotations

import random
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from stand_ins import STAND_INS

from coursepack.subject import Frozen, LocalSubject, Name, StudentError
from coursepack.subject.guard import fixed_seeds


def test_are_tensors_tables_and_scalars_made_plain() -> None:
    table = pd.DataFrame({"network": ["a"], "accuracy": [0.5]})
    subject = LocalSubject({"t": torch.ones(2), "table": table, "n": np.float32(2), "s": (1, "x", None)})
    np.testing.assert_array_equal(subject.value("t"), np.ones(2, np.float32))
    assert subject.value("table") == [{"network": "a", "accuracy": 0.5}]
    assert subject.value("n") == 2.0
    assert subject.value("s") == [1, "x", None]


def test_does_an_indexed_table_keep_its_index() -> None:
    table = pd.DataFrame({"accuracy": [0.5]}, index=pd.Index(["a"], name="network"))
    assert LocalSubject({"table": table}).value("table") == [{"network": "a", "accuracy": 0.5}]


@pytest.mark.parametrize("value", [object(), np.array([object()]), np.zeros(2**24), "x" * 200_000, [[[[[[[[1]]]]]]]]])
def test_is_what_is_not_plain_or_too_large_refused(value: Any) -> None:
    with pytest.raises(StudentError):
        LocalSubject({"value": value}).value("value")


def test_is_a_subclass_that_lies_about_equality_made_an_honest_number() -> None:
    class Liar(float):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = float.__hash__

    value = LocalSubject({"value": Liar(3.0)}).value("value")
    assert type(value) is float
    assert value != 4.0


def test_is_the_students_own_class_passed_by_name() -> None:
    subject = LocalSubject({"Net": int, "build": lambda network, seed: f"{network.__name__} {seed}"})
    assert subject.call("build", Name("Net"), seed=3) == "int 3"


def test_is_student_code_seeded_without_a_word_to_devices_that_are_not_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """`torch.manual_seed` writes down the whole call stack for each of them."""
    monkeypatch.delattr(torch, "manual_seed")
    drawn = []
    for seed in (1, 1, 2):
        with fixed_seeds(seed):
            drawn.append(torch.rand(3).tolist())
    assert drawn[0] == drawn[1] != drawn[2]


def test_is_student_code_quiet_and_seeded_and_the_seeds_restored(capfd: pytest.CaptureFixture[str]) -> None:
    def noisy() -> list[float]:
        print("hello")
        print("hello", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        return [random.random(), np.random.rand(), torch.rand(1).item()]

    subject = LocalSubject({"noisy": noisy})
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    expected = [random.random(), np.random.rand(), torch.rand(1).item()]
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    assert subject.call("noisy") == subject.call("noisy")
    assert [random.random(), np.random.rand(), torch.rand(1).item()] == expected
    assert capfd.readouterr() == ("", "")


def test_does_an_exit_of_student_code_become_an_error() -> None:
    with pytest.raises(StudentError, match="SystemExit"):
        LocalSubject({"leave": sys.exit}).call("leave", 0)


def test_does_an_interrupt_pass() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LocalSubject({"interrupted": interrupted}).call("interrupted")


def changes(image: np.ndarray[Any, Any]) -> Any:
    image[0] = 7
    return image


def test_may_student_code_write_to_an_array_and_does_the_check_keep_its_own() -> None:
    given = np.zeros(3)
    assert LocalSubject({"changes": changes}).call("changes", given).tolist() == [7, 0, 0]
    assert given.tolist() == [0, 0, 0]


def test_is_a_change_told_where_the_exercise_forbids_it() -> None:
    with pytest.raises(StudentError, match="read-only"):
        LocalSubject({"changes": changes}).call("changes", Frozen(np.zeros(3)))


def test_do_parts_of_ours_stand_in_for_the_students_until_they_are_put_back() -> None:
    names = {"relative_error": lambda a, b: -1.0}
    subject = LocalSubject(names)
    subject.stand_in(["relative_error", "LinearModule"], STAND_INS)
    assert subject.call("relative_error", np.zeros(2), np.zeros(2)) == 4.0
    assert subject.instance("LinearModule", 3, 2).get("params.bias").shape == (2,)
    subject.stand_in()
    assert subject.call("relative_error", np.zeros(2), np.zeros(2)) == -1.0
    assert set(names) == {"relative_error"}


def test_does_nothing_stand_in_for_a_name_that_is_not_known() -> None:
    with pytest.raises(ValueError, match="there is no stand-in for “convolve2d”"):
        LocalSubject({}).stand_in(["convolve2d"], STAND_INS)


def test_are_gradients_of_every_input_returned() -> None:
    subject = LocalSubject({"product": lambda a, b, c: a * b})
    output, grads = subject.gradients("product", [np.array([2.0]), np.array([3.0]), np.array([4.0])], np.array([1.0]))
    assert output == 6.0
    assert [grad.item() for grad in grads] == [3.0, 2.0, 0.0]


def test_may_student_code_write_to_a_table_and_does_the_check_keep_its_own() -> None:
    table = pd.DataFrame({"mass": [1.0, 2.0]})

    def heaviest(penguins: pd.DataFrame) -> float:
        penguins["mass"] *= 1000
        return penguins["mass"].max()

    assert LocalSubject({"heaviest": heaviest}).call("heaviest", table) == 2000.0
    assert table["mass"].tolist() == [1.0, 2.0]


def test_can_student_code_open_a_scratch_file() -> None:
    subject = LocalSubject({"size": lambda path: len(open(path, "rb").read())})  # noqa: SIM115, PTH123
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        assert subject.call("size", subject.file("../images", b"12345")) == 5


def test_is_no_path_given_twice() -> None:
    """May a function remember what it read from a path?"""
    subject = LocalSubject({})
    one, other = subject.file("digits", b"first"), subject.file("digits", b"second")
    assert one != other
    assert Path(one).read_bytes() == b"first"
