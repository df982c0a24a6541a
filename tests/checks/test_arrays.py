"""Do the array checks compare type, shape, dtype and values, and word a failure helpfully?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from coursepack.checks import CheckFailed, arrays
from coursepack.checks.arrays import Case
from coursepack.subject import LocalSubject

IMAGE = np.arange(6.0).reshape(2, 3)


def double(image: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return image * 2


def check(answer: Any) -> None:
    arrays.assert_matches(LocalSubject({"double": answer}), "double", double, [Case("a small image", IMAGE)])


def test_does_the_right_function_pass() -> None:
    check(lambda image: image + image)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda image: (image * 2).T, "shape of the result"),
        (lambda image: (image * 2).astype(np.float32), "dtype of the result"),
        (lambda image: (image * 2).astype(int), "dtype of the result"),
        (lambda image: (image * 2).tolist(), "kind of result"),
        (lambda image: None, "return"),
        (lambda image: image * 2 + np.eye(2, 3), "2 of 6 values differ"),
        (lambda image: image * np.nan, "6 of 6 values differ"),
        (lambda image: image.fill(0), "kind of result"),
    ],
)
def test_is_a_wrong_function_told_what_is_wrong(answer: Any, said: str) -> None:
    with pytest.raises(CheckFailed, match=said):
        check(answer)


def test_is_the_first_difference_named() -> None:
    with pytest.raises(CheckFailed, match=r"index \(1, 1\)"):
        check(lambda image: image * 2 + np.array([[0, 0, 0], [0, 7, 7]]))


def test_is_an_unwritten_function_told_so() -> None:
    def stub(image: Any) -> None:
        raise NotImplementedError

    with pytest.raises(CheckFailed, match="not written yet"):
        check(stub)


def test_is_a_missing_function_told_so() -> None:
    with pytest.raises(CheckFailed, match="name 'double' is not defined"):
        arrays.assert_matches(LocalSubject({}), "double", double, [Case("a small image", IMAGE)])


def refuse(kind: type[Exception], text: str) -> Any:
    def function(size: int) -> int:
        raise kind(text)

    return function


def test_does_the_right_error_pass_also_when_it_is_derived() -> None:
    class TooSmallError(ValueError):
        pass

    student = LocalSubject({"size": refuse(TooSmallError, "Kernel too large")})
    arrays.assert_raises(student, "size", [Case("kernel larger than image", 3, mentions=["kernel"])])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda size: 0, "no error"),
        (refuse(TypeError, "kernel"), "wrong kind of error"),
        (refuse(ValueError, "bad"), "mentions “kernel”"),
        (refuse(NotImplementedError, ""), "not written yet"),
    ],
)
def test_is_a_wrong_or_missing_error_told(answer: Any, said: str) -> None:
    case = Case("kernel larger than image", 3, mentions=["kernel"])
    with pytest.raises(CheckFailed, match=said):
        arrays.assert_raises(LocalSubject({"size": answer}), "size", [case])


@pytest.mark.parametrize("right", [28, 28.0, np.int64(28), np.array(28), np.array([28.0])])
def test_is_a_right_number_accepted_in_any_form(right: Any) -> None:
    arrays.assert_value(LocalSubject({"answer": right}), "answer", 28)


@pytest.mark.parametrize("wrong", [27, True, "28", None, [28], float("nan"), Ellipsis])
def test_is_a_wrong_number_refused_without_the_right_one(wrong: Any) -> None:
    with pytest.raises(CheckFailed) as caught:
        arrays.assert_value(LocalSubject({"answer": wrong}), "answer", 28)
    assert "expected: 28" not in str(caught.value)


@pytest.mark.parametrize("right", [(28, 28), [28, 28], np.array([28, 28])])
def test_is_a_right_pair_accepted_in_any_form(right: Any) -> None:
    arrays.assert_value(LocalSubject({"answer": right}), "answer", (28, 28))


@pytest.mark.parametrize("wrong", [(28, 27), (28,), 28, {"height": 28}])
def test_is_a_wrong_pair_refused(wrong: Any) -> None:
    with pytest.raises(CheckFailed):
        arrays.assert_value(LocalSubject({"answer": wrong}), "answer", (28, 28))


def test_does_a_failed_check_show_no_test_source_in_ipython() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.user_ns["boom"] = CheckFailed("convolve2d: shape")
    result = shell.run_cell("secret_seed = 4711\nraise boom")
    assert result.error_in_exec._render_traceback_() == ["CheckFailed: convolve2d: shape"]
