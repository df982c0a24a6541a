"""Reference functions for problem set 1: plain and slow, so that each is obviously right.

The references share no code with the notebook's solution. Sums of products are exact for integers (Python's own, which
do not overflow) and correctly rounded for floats (`math.fsum`); the layer's are in float64. None needs PyTorch, which
takes the judge longer to import than all its checks of problem set 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from coursepack.checks.arrays import Case, Slips, assert_matches, assert_raises
from coursepack.checks.messages import failed
from coursepack.subject import Array, StudentError, Subject

# For `source.without`: each of these would solve the exercise.
CONVOLVING_LIBRARIES = (
    "torch",
    "torchvision",
    "scipy",
    "sklearn",
    "skimage",
    "cv2",
    "PIL",
    "numpy.convolve",
    "numpy.correlate",
    "numpy.fft",
)
# The file's name must not contain a word that we search for in error messages.
SCRATCH_FILE = "digits-ubyte"


def idx_bytes(values: Array) -> bytes:
    """Return an array of uint8 as the content of an IDX file.

    Format: http://yann.lecun.com/exdb/mnist/ (two zero bytes, 0x08 for unsigned bytes, the number of dimensions, one
    32-bit big-endian size per dimension, the values in C order).

    Args:
        values: uint8 array of 1 to 255 dimensions.
    """
    header = np.array(values.shape, dtype=">u4").tobytes()
    return bytes([0, 0, 8, values.ndim]) + header + values.tobytes()


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Count the positions of a window along one side of an image.

    Raises:
        ValueError: the geometry is impossible.
    """
    last = size + 2 * padding - kernel_size
    if min(size, kernel_size, stride) < 1 or padding < 0 or last < 0:
        raise ValueError("impossible geometry")
    return len(range(0, last + 1, stride))


def convolve2d(image: Array, kernel: Array, stride: int = 1, padding: int = 0) -> Array:
    """Return the cross-correlation of an image with a kernel, with zero padding.

    Args:
        image: (height, width) of integers or floats.
        kernel: (kernel_height, kernel_width).
        stride: step in both directions.
        padding: zeros on each of the four sides.

    Returns:
        (output_height, output_width); int64 for two integer arrays, else `np.result_type(image, kernel)`.
    """
    whole = image.dtype.kind in "iu" and kernel.dtype.kind in "iu"
    rows, columns = (output_size(image.shape[axis], kernel.shape[axis], stride, padding) for axis in range(2))
    result = np.zeros((rows, columns), dtype=np.int64 if whole else np.result_type(image, kernel))
    pixels = {index: value.item() for index, value in np.ndenumerate(image)}
    for row, column in np.ndindex(rows, columns):
        top, left = row * stride - padding, column * stride - padding
        products = [pixels.get((top + u, left + v), 0) * factor.item() for (u, v), factor in np.ndenumerate(kernel)]
        result[row, column] = sum(products) if whole else math.fsum(products)
    return result


def max_pool2d(image: Array, kernel_size: int = 2, stride: int | None = None) -> Array:
    """Return the largest value of each whole window of an image.

    Args:
        image: (height, width) of integers or floats.
        kernel_size: height and width of the window.
        stride: step in both directions; the kernel size if None.

    Returns:
        (output_height, output_width), in the image's dtype.
    """
    step = stride or kernel_size
    rows, columns = (output_size(length, kernel_size, step) for length in image.shape)
    result = np.empty((rows, columns), dtype=image.dtype)
    for row, column in np.ndindex(rows, columns):
        window = image[row * step :, column * step :].tolist()
        result[row, column] = max(max(line[:kernel_size]) for line in window[:kernel_size])
    return result


def conv_layer(images: Array, weights: Array, bias: Array, stride: int = 1, padding: int = 0) -> Array:
    """Return what PyTorch's convolution layer computes, in float64, rounded to the arrays' common dtype.

    Args:
        images: (batch, in_channels, height, width).
        weights: (out_channels, in_channels, k, k).
        bias: (out_channels,).
        stride: step in both directions.
        padding: zeros on each of the four sides.

    Returns:
        (batch, out_channels, output_height, output_width).
    """
    sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    padded = np.pad(images.astype(np.float64), sides)
    windows = sliding_window_view(padded, weights.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    maps: Array = np.einsum("ncyxuv,ocuv->noyx", windows, weights.astype(np.float64)) + bias[:, None, None]
    return maps.astype(np.result_type(images, weights, bias))


def conv_parameters(in_channels: int, out_channels: int, kernel_size: int) -> int:
    """Return the number of weights and biases of PyTorch's layer with these sizes."""
    return out_channels * (in_channels * kernel_size**2 + 1)


def assert_reads(student: Subject, name: str, about: str, content: bytes, expected: Array) -> None:
    """Check that the student's reader turns a file with `content` into `expected`, with exactly that dtype.

    Args:
        student: the subject.
        name: the student's function, which takes a path.
        about: what is special about the file, for the message.
        content: the file's bytes.
        expected: the array that the bytes encode.
    """
    case = Case(about, student.file(SCRATCH_FILE, content))
    shape = expected.shape
    slips: Slips = {
        "give the array its shape, (count, height, width)": lambda path: expected.reshape(-1),
        "the last dimension varies fastest; this fills the array column by column": lambda path: np.reshape(
            expected.ravel(), shape, order="F"
        ),
        "the number of rows comes before the number of columns": lambda path: expected.reshape(shape[0], *shape[:0:-1]),
    }
    assert_same_dtype(student, name, lambda path: expected, case, slips=slips)


def assert_refuses(student: Subject, name: str, about: str, content: bytes, fault: str = "") -> None:
    """Check that the student's reader raises a ValueError that names the file and the fault.

    Args:
        student: the subject.
        name: the student's function, which takes a path.
        about: what is wrong with the file, for the message.
        content: the file's bytes.
        fault: a word that the message must contain; if empty, any message will do.
    """
    path = student.file(SCRATCH_FILE, content)
    mentions = (SCRATCH_FILE, fault) if fault else (SCRATCH_FILE,)
    assert_raises(student, name, [Case(about, path, mentions=mentions)])


def assert_same_dtype(student: Subject, name: str, reference: Any, case: Case, *, slips: Slips | None = None) -> None:
    """Check one case as `arrays.assert_matches` does, and that the dtype is exactly the same, not just of its kind."""
    expected = reference(*case.args, **case.options).dtype
    try:
        got = getattr(student.call(name, *case.args, **case.options), "dtype", expected)
    except StudentError:
        got = expected
    if got.kind in "iu" and got != expected:
        about = f"{name} ({case.about}): dtype of the result"
        raise failed(about, call=case.call(name), expected=str(expected), got=str(got))
    assert_matches(student, name, reference, [case], slips=slips)
