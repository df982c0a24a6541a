"""Do the references of problem set 1 agree with numbers worked out elsewhere?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from convnet_course.convolution import filters
from coursepack.checks import CheckFailed
from coursepack.checks.arrays import Case
from coursepack.subject import LocalSubject

IMAGE = np.array([[1, 2, 3, 4, 3], [1, 3, 4, 3, 1], [0, 1, 5, 1, 0], [1, 3, 4, 3, 1], [2, 4, 3, 2, 2]])
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
WORKED = {
    (1, 0): [[7, 6, 5], [-6, 15, -6], [5, 6, 7]],
    (2, 0): [[7, 5], [5, 7]],
    (1, 1): [[2, 3, 5, 11, 10], [1, 7, 6, 5, -1], [-3, -6, 15, -6, -3], [0, 5, 6, 7, 0], [5, 12, 5, 2, 7]],
}
LABELS = np.array([7, 2, 1], np.uint8)


@pytest.mark.parametrize("setting", WORKED)
def test_does_the_convolution_give_the_worked_case(setting: tuple[int, int]) -> None:
    got = filters.convolve2d(IMAGE, SHARPEN, *setting)
    assert got.dtype == np.int64
    assert got.tolist() == WORKED[setting]


def test_is_the_kernel_not_turned() -> None:
    pick = np.array([[0, 1], [0, 0]])
    assert filters.convolve2d(IMAGE, pick).tolist() == IMAGE[:4, 1:].tolist()


@pytest.mark.parametrize(
    ("image", "kernel", "expected"),
    [("u1", "u1", "i8"), ("u1", "i8", "i8"), ("f4", "f4", "f4"), ("f8", "i8", "f8"), ("u1", "f8", "f8")],
)
def test_has_the_convolution_the_promised_dtype(image: str, kernel: str, expected: str) -> None:
    assert filters.convolve2d(np.ones((3, 4), image), np.ones((2, 2), kernel)).dtype == np.dtype(expected)


def test_do_large_integers_stay_exact() -> None:
    image = np.array([[2**60 + 1, 2**60]])
    assert filters.convolve2d(image, np.array([[1, -1]])).tolist() == [[1]]


def test_is_a_byte_never_wrapped_around() -> None:
    assert filters.convolve2d(np.full((1, 2), 200, np.uint8), np.ones((1, 2), np.uint8)).tolist() == [[400]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((28, 5), 24), ((11, 4, 3, 1), 4), ((12, 4, 3, 1), 4), ((7, 3, 2, 1), 4), ((7, 2, 2), 3), ((5, 5), 1)],
)
def test_is_the_output_size_that_of_the_formula(arguments: tuple[int, ...], expected: int) -> None:
    assert filters.output_size(*arguments) == expected


@pytest.mark.parametrize("arguments", [(4, 5), (0, 1), (3, 0), (3, 1, 0), (3, 1, 1, -1)])
def test_is_impossible_geometry_refused(arguments: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="impossible"):
        filters.output_size(*arguments)


def test_does_pooling_keep_the_largest_of_each_window() -> None:
    image = np.array([[3, 1, 5, 4], [0, 2, 8, 6], [-7, -2, 0, 6], [-1, -9, 6, 4]], np.int8)
    assert filters.max_pool2d(image).tolist() == [[3, 8], [-1, 6]]
    assert filters.max_pool2d(image, 2, 1).tolist() == [[3, 8, 8], [2, 8, 8], [-1, 6, 6]]
    assert filters.max_pool2d(image, 3).tolist() == [[8]]
    assert filters.max_pool2d(image).dtype == np.int8


@pytest.mark.parametrize("geometry", [(1, 0), (2, 1), (3, 2)])
def test_is_a_layer_a_sum_of_convolutions_plus_bias(geometry: tuple[int, int]) -> None:
    noise = np.random.default_rng(0)
    images, weights, bias = (noise.normal(size=size) for size in ((2, 3, 7, 5), (4, 3, 3, 3), 4))
    expected = [
        [sum(filters.convolve2d(image[c], weights[o, c], *geometry) for c in range(3)) + bias[o] for o in range(4)]
        for image in images
    ]
    np.testing.assert_allclose(filters.conv_layer(images, weights, bias, *geometry), expected, rtol=0, atol=1e-12)


def test_does_a_layer_keep_float32() -> None:
    arrays = (np.ones(shape, np.float32) for shape in ((1, 2, 3, 3), (1, 2, 2, 2), (1,)))
    assert filters.conv_layer(*arrays).dtype == np.float32


@pytest.mark.parametrize(("arguments", "expected"), [((3, 8, 3), 224), ((1, 10, 5), 260), ((64, 100, 3), 57_700)])
def test_are_weights_and_biases_counted(arguments: tuple[int, int, int], expected: int) -> None:
    assert filters.conv_parameters(*arguments) == expected


def test_is_an_idx_file_laid_out_as_the_format_says() -> None:
    assert filters.idx_bytes(LABELS) == b"\0\0\x08\x01" + b"\0\0\0\x03" + b"\x07\x02\x01"
    header = b"\0\0\x08\x03" + b"\0\0\x01\x2c" + b"\0\0\0\x02" + b"\0\0\0\x01"
    assert filters.idx_bytes(np.zeros((300, 2, 1), np.uint8)) == header + bytes(600)


def reader(answer: Any) -> LocalSubject:
    return LocalSubject({"read_idx": answer})


def refusal(message: str) -> LocalSubject:
    def read_idx(path: str) -> None:
        raise ValueError(message.format(path))

    return reader(read_idx)


def test_does_a_right_reader_pass() -> None:
    subject = reader(lambda path: np.fromfile(path, np.uint8)[8:])
    filters.assert_reads(subject, "read_idx", "labels", filters.idx_bytes(LABELS), LABELS)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda path: LABELS.astype(int), "expected: uint8"),
        (lambda path: LABELS[:2], "shape"),
        (lambda path: LABELS[::-1], "values differ"),
    ],
)
def test_does_a_wrong_reader_fail(answer: Any, said: str) -> None:
    with pytest.raises(CheckFailed, match=said):
        filters.assert_reads(reader(answer), "read_idx", "labels", filters.idx_bytes(LABELS), LABELS)


def test_does_a_helpful_refusal_pass() -> None:
    filters.assert_refuses(refusal("{}: Truncated"), "read_idx", "half a file", b"\0\0\x08\x01", "truncated")


@pytest.mark.parametrize(
    "subject",
    [refusal("truncated"), refusal("{}: damaged"), reader(lambda path: LABELS)],
    ids=["file", "fault", "none"],
)
def test_does_an_unhelpful_refusal_fail(subject: LocalSubject) -> None:
    with pytest.raises(CheckFailed, match="half a file"):
        filters.assert_refuses(subject, "read_idx", "half a file", b"\0\0\x08\x01", "truncated")


def test_is_another_dtype_of_the_same_kind_noticed() -> None:
    subject = LocalSubject({"pool": lambda image: filters.max_pool2d(image).astype(np.int64)})
    with pytest.raises(CheckFailed, match="dtype of the result"):
        filters.assert_same_dtype(subject, "pool", filters.max_pool2d, Case("bytes", np.ones((4, 4), np.uint8)))
