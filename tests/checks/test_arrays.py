"""Do the array checks compare type, shape, dtype and values, and word a failure helpfully?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
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


@pytest.mark.parametrize(
    ("right", "answer"),
    [
        ({"a": 0.3, "b": 2.0}, {"b": 2, "a": 0.1 + 0.2}),
        ((1, 0.3), (1, 0.1 + 0.2)),
        ([0.3, [1e6]], [0.1 + 0.2 + 1e-12, [1e6]]),
        (np.float64(0.3), 0.1 + 0.2),
        (np.int64(3), 3),
        (2.0, 2),
        (float("nan"), np.nan),
        ({"mean": np.array([0.3])}, {"mean": np.array([0.1 + 0.2])}),
        (pd.DataFrame({"sex": ["f"], "mass": [0.3]}), pd.DataFrame({"mass": [0.1 + 0.2], "sex": ["f"]})),
        (pd.Series([0.3], index=["f"], name="mass"), pd.Series([0.1 + 0.2], index=["f"])),
    ],
)
def test_is_a_right_answer_of_several_parts_accepted_whatever_its_rounding(right: Any, answer: Any) -> None:
    arrays.assert_matches(LocalSubject({"f": lambda: answer}), "f", lambda: right, [Case("no argument")])


@pytest.mark.parametrize(
    ("right", "answer", "said"),
    [
        ({"a": 0.3}, {"a": 0.31}, r"f \(no argument\), \['a'\]: value"),
        ({"a": 0.3}, {"b": 0.3}, "keys of the result"),
        ({"a": 0.3}, [0.3], r"kind of result\n.*\n  expected: dict"),
        ((1, 2), (1, 2, 3), "length of the result"),
        ((1, 2), (1, 3), r"\[1\]: value"),
        ((1, 2), (1, 2.0), r"\[1\]: kind of result\n.*\n  expected: int"),
        (2.0, True, r"kind of result\n.*\n  expected: float"),
        (0.5, np.nan, "value"),
        ([np.zeros(2)], [np.ones(2)], r"\[0\]: 2 of 2 values differ"),
        (pd.DataFrame({"mass": [0.3]}), pd.DataFrame({"mass": [0.4]}), r"row 0, column 'mass': value"),
    ],
)
def test_is_a_wrong_part_of_an_answer_told(right: Any, answer: Any, said: str) -> None:
    with pytest.raises(CheckFailed, match=said):
        arrays.assert_matches(LocalSubject({"f": lambda: answer}), "f", lambda: right, [Case("no argument")])


def test_is_a_reference_that_returns_nothing_plain_our_error_and_not_the_students() -> None:
    with pytest.raises(TypeError, match="what f should return: expected plain data or an array, got set"):
        arrays.assert_matches(LocalSubject({"f": lambda: {1}}), "f", lambda: {1}, [Case("no argument")])


ROUNDED = pytest.mark.parametrize(
    ("right", "rounded", "wrong"),
    [
        (2.345, 2.34, 2.33),
        (1e6 + 0.125, 1e6 + 0.13, 1e6 + 0.2),
        ([0.125, {"mean": 7.349}], [0.12, {"mean": 7.35}], [0.125, {"mean": 7.36}]),
        (np.array([0.125, 300.349]), np.array([0.12, 300.35]), np.array([0.125, 300.36])),
        (pd.DataFrame({"mass": [0.125]}), pd.DataFrame({"mass": [0.12]}), pd.DataFrame({"mass": [0.11]})),
    ],
)


@ROUNDED
def test_may_an_answer_be_rounded_to_two_decimals(right: Any, rounded: Any, wrong: Any) -> None:
    cases = [Case("one call", expected=right)]
    arrays.assert_returns(LocalSubject({"f": lambda: rounded}), "f", cases, atol=0.006)
    arrays.assert_matches(LocalSubject({"f": lambda: rounded}), "f", lambda: right, [Case("one call")], atol=0.006)
    with pytest.raises(CheckFailed):
        arrays.assert_returns(LocalSubject({"f": lambda: wrong}), "f", cases, atol=0.006)


@ROUNDED
def test_is_a_rounded_answer_wrong_unless_the_check_allows_it(right: Any, rounded: Any, wrong: Any) -> None:
    with pytest.raises(CheckFailed):
        arrays.assert_returns(LocalSubject({"f": lambda: rounded}), "f", [Case("one call", expected=right)])


@pytest.mark.parametrize("atol", [-0.1, float("nan"), float("inf")])
def test_is_a_tolerance_refused_that_accepts_nothing_or_everything(atol: float) -> None:
    with pytest.raises(ValueError, match="atol must be a number from 0 on"):
        arrays.assert_returns(LocalSubject({"f": lambda: 1.0}), "f", [Case("one call", expected=1.0)], atol=atol)


MASSES = pd.DataFrame({"species": ["Adelie", "Gentoo", "Adelie"], "mass": [3.5, 5.0, 3.75]})
MEANS = MASSES.groupby("species")["mass"].mean()


@pytest.mark.parametrize(
    ("right", "answer"),
    [
        (MEANS, MEANS.rename("mean mass")),
        (MEANS, MEANS.rename(None).rename_axis(None)),
        (MEANS, pd.Series({"Adelie": 3.625, "Gentoo": 5})),
        (MEANS, MEANS.rename("species")),
        (MASSES["mass"], MASSES["mass"].rename("m")),
        (MASSES["mass"], pd.Series([3.5, 5.0, 3.75], index=[5, 1, 2])),
        (MASSES.sort_values("mass"), MASSES.sort_values("mass").reset_index(drop=True)),
        (MASSES.sort_values("mass").reset_index(drop=True), MASSES.sort_values("mass")),
        (MASSES.set_index("species"), MASSES.set_index("species").rename_axis(None)),
        (MASSES[["mass", "species"]], MASSES),
        (MASSES.iloc[:0], MASSES.iloc[:0]),
        (pd.Series({4: 11, 6: 7}), pd.Series({4: 11, 6: 7}, name="count").rename_axis("cylinders")),
        ({"means": MEANS}, {"means": MEANS.rename(None)}),
    ],
)
def test_is_a_right_table_accepted_whatever_its_names_and_leftover_index(right: Any, answer: Any) -> None:
    arrays.assert_matches(LocalSubject({"f": lambda: answer}), "f", lambda: right, [Case("no argument")])


@pytest.mark.parametrize(
    ("right", "answer", "said"),
    [
        (
            MEANS,
            MASSES.groupby("species", as_index=False)["mass"].mean(),
            "expected: a pandas Series\n  got: DataFrame",
        ),
        (MEANS, MEANS.to_frame(), "expected: a pandas Series\n  got: DataFrame"),
        (MEANS, MEANS.to_dict(), "expected: a pandas Series\n  got: dict"),
        (MASSES, MASSES["mass"], "expected: a pandas DataFrame\n  got: Series"),
        (MASSES, MASSES.to_dict(orient="records"), "expected: a pandas DataFrame\n  got: list"),
        (MASSES.to_dict(orient="records"), MASSES, "expected: list or tuple\n  got: DataFrame of 3 rows"),
        (MEANS, MEANS.reset_index(drop=True), "labels of the rows .*\n.*\n  got: none: the rows are numbered from 0"),
        (MEANS, MEANS.iloc[::-1], "hint: the labels are right, their order is not"),
        (MEANS, MEANS.add([0, 1]), "row 'Gentoo': value"),
        (MEANS, MEANS.iloc[:1], "number of rows\n.*\n  got: 1"),
        (pd.Series({4: 11, 6: 7}), pd.Series({4: 11, 8: 7}), "labels of the rows"),
        (MASSES, MASSES.assign(other=1), r"columns of the table\n.*\n  got: list \['species', 'mass', 'other'\]"),
        (MASSES, MASSES.set_index("species"), "labels of the rows"),
    ],
)
def test_is_a_wrong_table_told_what_is_wrong(right: Any, answer: Any, said: str) -> None:
    with pytest.raises(CheckFailed, match=said):
        arrays.assert_matches(LocalSubject({"f": lambda: answer}), "f", lambda: right, [Case("no argument")])


@pytest.mark.parametrize("kind", [list, dict, pd.Series, lambda pairs: pd.DataFrame([dict(pairs)])])
def test_is_the_slip_named_whatever_kind_of_result(kind: Any) -> None:
    def result(*numbers: float) -> Any:
        pairs = {"a": numbers[0], "b": numbers[1]}
        return list(numbers) if kind is list else kind(pairs)

    slips = {"no zero please": lambda: result(0.5, 0.0), "not this one": lambda: result(1.0, 1.0)}
    with pytest.raises(CheckFailed, match="hint: no zero please"):
        arrays.assert_matches(
            LocalSubject({"f": lambda: result(0.5, 0.0)}), "f", lambda: result(0.5, 2.0), [Case("x")], slips=slips
        )


def test_does_no_hint_ask_to_work_out_by_hand_what_is_not_shown() -> None:
    subject = LocalSubject({"f": lambda argument: 1.0})
    for argument, by_hand in ((3, True), (MASSES, False), (np.zeros(2), False), ("text", False)):
        with pytest.raises(CheckFailed) as told:
            arrays.assert_matches(subject, "f", lambda argument: 2.0, [Case("x", argument)])
        assert ("by hand" in str(told.value)) is by_hand


def test_does_a_failure_show_of_a_table_its_shape_only() -> None:
    table = pd.DataFrame({"mass": [3.7, 4.1]})
    with pytest.raises(CheckFailed, match=r"call: f\(DataFrame of shape \(2, 1\)\)"):
        arrays.assert_matches(LocalSubject({"f": len}), "f", lambda table: 7, [Case("two rows", table)])


def in_place(image: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    image *= 2
    return image


def test_may_a_function_write_to_what_it_was_given_where_nothing_forbids_it() -> None:
    check(in_place)
    assert np.array_equal(IMAGE, np.arange(6.0).reshape(2, 3)), "the next case's input must not be changed"


def test_is_a_function_that_changes_its_input_told_so_where_the_text_forbids_it() -> None:
    student = LocalSubject({"double": in_place, "second": lambda a, b: a + np.multiply(b, 2, out=b)})
    with pytest.raises(CheckFailed, match="changes its input"):
        arrays.assert_unchanged(student, "double", Case("a small image", IMAGE), 0)
    case = Case("two images", IMAGE, IMAGE)
    arrays.assert_unchanged(student, "second", case, 0)
    with pytest.raises(CheckFailed, match="changes its input"):
        arrays.assert_unchanged(student, "second", case, 0, 1)


SLIPS = {"the two is missing": lambda image: image, "do not square": lambda image: image**2}


@pytest.mark.parametrize(
    ("answer", "image", "said"),
    [
        (lambda image: image + 0, IMAGE, "the two is missing"),
        (lambda image: image * image, IMAGE, "do not square"),
        (lambda image: image * 3, IMAGE, None),
        (lambda image: image * image, np.ones((2, 2)), None),  # both slips give ones: which was it?
        (lambda image: image[:1], IMAGE, None),
    ],
)
def test_is_a_slip_named_only_where_it_alone_gives_what_came(answer: Any, image: Any, said: str | None) -> None:
    with pytest.raises(CheckFailed) as caught:
        student = LocalSubject({"double": answer})
        arrays.assert_matches(student, "double", double, [Case("an image", image)], slips=SLIPS)
    assert ("hint: " + said in str(caught.value)) if said else ("hint" not in str(caught.value))


def test_does_a_failure_show_the_call_but_no_number_of_an_array() -> None:
    student = LocalSubject({"scaled": lambda image, by, mode: image})
    case = Case("by seven", IMAGE + 0.25, by=7, mode=None, expected=IMAGE * 7)
    with pytest.raises(CheckFailed, match=r"call: scaled\(float64 array of shape \(2, 3\), by=7, mode=None\)"):
        arrays.assert_returns(student, "scaled", [case])


def test_does_a_wrong_number_show_the_call_it_came_from() -> None:
    student = LocalSubject({"size": lambda size, kernel_size: size})
    case = Case("arguments by name", size=29, kernel_size=4, expected=26)
    with pytest.raises(CheckFailed, match=r"call: size\(size=29, kernel_size=4\)\n  got: int 29\n  hint: work this"):
        arrays.assert_returns(student, "size", [case])


def test_is_no_place_pointed_at_where_none_is_named() -> None:
    """An error from inside a library, called by name, has no place in the notebook."""
    with pytest.raises(CheckFailed) as caught:
        arrays.assert_matches(LocalSubject({"double": np.linalg.inv}), "double", double, [Case("an image", IMAGE)])
    assert "LinAlgError" in str(caught.value) and "place" not in str(caught.value)


def test_is_nothing_returned_no_missing_return_where_an_error_was_wanted() -> None:
    student = LocalSubject({"size": lambda size: None})
    with pytest.raises(CheckFailed) as caught:
        arrays.assert_raises(student, "size", [Case("too large", 3)])
    assert "got: None" in str(caught.value) and "return" not in str(caught.value)


@pytest.mark.parametrize(
    ("got", "expected", "form"),
    [
        (784, (28, 28), "2 values in a list, a tuple or an array"),
        ("28×28", (28, 28), "2 values in a list, a tuple or an array"),
        ([28, 28, 1], (28, 28), "2 values in a list, a tuple or an array"),
        ([28, 28], 784, "a number"),
        ("784", 784, "a number"),
        (784, "yes", "a string"),
    ],
)
def test_is_an_answer_of_another_form_told_the_form_and_not_to_calculate(got: Any, expected: Any, form: str) -> None:
    with pytest.raises(CheckFailed, match=f"kind of answer\n  expected: {form}"):
        arrays.assert_value(LocalSubject({"answer": got}), "answer", expected, hint="calculate again")


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


@pytest.mark.parametrize("right", [28, 28.0, np.int64(28), np.array(28), np.array([28.0]), np.array([[28]])])
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


@pytest.mark.parametrize("answer", [9_010, 16_010, np.array([16_010])])
def test_is_what_follows_from_an_own_answer_as_right_as_the_right_one(answer: Any) -> None:
    student = LocalSubject({"features": 1600, "parameters": answer})
    own = arrays.own_number(student, "features", 0)
    arrays.assert_value(student, "parameters", 9_010, also=[10 * own + 10])


@pytest.mark.parametrize("features", [900, "1600", None, float("nan"), [1600], 1600.5])
def test_is_an_own_answer_that_is_no_number_no_excuse(features: Any) -> None:
    student = LocalSubject({"features": features, "parameters": 16_010})
    own = arrays.own_number(student, "features", 0)
    with pytest.raises(CheckFailed, match="not the right answer"):
        arrays.assert_value(student, "parameters", 9_010, also=[10 * own + 10])


def test_does_a_failed_check_show_no_test_source_in_ipython() -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.user_ns["boom"] = CheckFailed("convolve2d: shape")
    result = shell.run_cell("secret_seed = 4711\nraise boom")
    assert result.error_in_exec._render_traceback_() == ["CheckFailed: convolve2d: shape"]
