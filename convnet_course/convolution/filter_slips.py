"""Functions with common slips of problem set 1, keyed by the hint that names the slip.

Each takes the same arguments as the student's function. A hint is shown if its slip is the only one that gives the
student's result (`arrays.likely_slip`), so two slips of one list should differ on most arguments.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from convnet_course.convolution import filters
from coursepack.checks.arrays import Function, Slips
from coursepack.subject import Array

Convolve = Callable[..., Array]
Mode = Literal["edge", "wrap", "reflect"]


def _padded(mode: Mode | None = None, *, before: bool = True, after: bool = True) -> Callable[[Array, int], Array]:
    """Return a function that pads the last two axes wrongly: not with zeros on both sides."""

    def pad(image: Array, padding: int) -> Array:
        width = [(0, 0)] * (image.ndim - 2) + [(padding * before, padding * after)] * 2
        return np.pad(image, width, mode) if mode else np.pad(image, width)

    return pad


def _geometry(convolve: Convolve, arguments: int) -> Slips:
    """Return slips of stride and padding; the first of `arguments` arrays is padded."""

    def with_pad(pad: Callable[[Array, int], Array]) -> Convolve:
        def wrong(image: Array, *rest: Any, stride: int = 1, padding: int = 0) -> Array:
            return convolve(pad(image, padding), *rest[: arguments - 1], stride=stride)

        return wrong

    def one_way(axis: int) -> Convolve:
        def wrong(*arrays: Any, stride: int = 1, padding: int = 0) -> Array:
            whole = convolve(*arrays[:arguments], stride=1, padding=padding)
            return whole[..., ::stride, :] if axis == 0 else whole[..., ::stride]

        return wrong

    def around_result(*arrays: Any, stride: int = 1, padding: int = 0) -> Array:
        return _padded()(convolve(*arrays, stride=stride), padding)

    return {
        "the padding has no effect": lambda *arrays, stride=1, padding=0: convolve(*arrays, stride=stride),
        "the stride has no effect": lambda *arrays, stride=1, padding=0: convolve(*arrays, padding=padding),
        "the stride acts sideways only; the window must move downwards by it too": one_way(1),
        "the stride acts downwards only; the window must move sideways by it too": one_way(0),
        "pad with zeros; this repeats the pixels at the edge": with_pad(_padded("edge")),
        "pad with zeros; this wraps around to the opposite side": with_pad(_padded("wrap")),
        "pad with zeros; this mirrors the image": with_pad(_padded("reflect")),
        "the zeros are at the top and the left only": with_pad(_padded(after=False)),
        "the zeros are at the bottom and the right only": with_pad(_padded(before=False)),
        "the zeros belong around the image, not around the result": around_result,
    }


def _of_result(convolve: Convolve, change: Callable[[Array], Array]) -> Convolve:
    return lambda *arguments, **options: change(convolve(*arguments, **options))


def _of_kernel(convolve: Convolve, change: Callable[[Array], Array]) -> Convolve:
    """Return a convolution whose kernel, the second argument, is changed first."""
    return lambda image, kernel, *rest, **options: convolve(image, change(kernel), *rest, **options)


def _side_by_side(image: Array, kernel: Array, stride: int = 1, padding: int = 0) -> Array:
    whole = filters.convolve2d(image, kernel, padding=padding)
    return whole[:: kernel.shape[0] * stride, :: kernel.shape[1] * stride]


def _matrix_product(image: Array, kernel: Array, stride: int = 1, padding: int = 0, *, turned: bool = False) -> Array:
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, padding), kernel.shape)[::stride, ::stride]
    return np.asarray((windows @ (kernel.T if turned else kernel)).sum(axis=(2, 3)))


def _mean_of_products(image: Array, kernel: Array, **options: int) -> Array:
    right = filters.convolve2d(image, kernel, **options)
    return np.asarray(right / kernel.size).astype(right.dtype)


def _overflow(image: Array, kernel: Array, **options: int) -> Array:
    """Convolve after converting the kernel to the image's dtype, or both to their common dtype."""
    right = filters.convolve2d(image, kernel, **options)
    return right.astype(np.result_type(image, kernel.astype(image.dtype))).astype(right.dtype)


def _through_float(image: Array, kernel: Array, **options: int) -> Array:
    right = filters.convolve2d(image, kernel, **options)
    return filters.convolve2d(image.astype(float), kernel.astype(float), **options).astype(right.dtype)


_convolve2d = filters.convolve2d
CONVOLVE2D: Slips = {
    **_geometry(_convolve2d, 2),
    "the kernel is rotated by 180°; use it as it is": _of_kernel(_convolve2d, lambda k: k[::-1, ::-1]),
    "the kernel is upside down; use it as it is": _of_kernel(_convolve2d, lambda k: k[::-1]),
    "the kernel's rows and columns are swapped": _of_kernel(_convolve2d, lambda k: k.T),
    "negative sums have lost their sign": _of_result(_convolve2d, np.abs),
    "negative sums became 0; keep them": _of_result(_convolve2d, lambda sums: np.maximum(sums, 0)),
    "sums are clipped to 0 … 255": _of_result(_convolve2d, lambda sums: np.clip(sums, 0, 255)),
    "these are means of the products; add them up": _mean_of_products,
    "the window moves by its own size; without a stride it must move by 1": _side_by_side,
    "multiply element by element; `@` and np.dot are matrix products": _matrix_product,
    "multiply element by element; `@` is a matrix product, with kernel.T too": functools.partial(
        _matrix_product, turned=True
    ),
    "the last place in each direction is missing: `range` ends before its second number": _of_result(
        _convolve2d, lambda sums: sums[:-1, :-1]
    ),
    "the numbers are rounded to float32": _of_result(
        _convolve2d, lambda sums: sums.astype(np.float32).astype(sums.dtype)
    ),
    "the numbers have overflowed: convert to int64 before you multiply": _overflow,
    "large integers are rounded: convert to int64, not to floats": _through_float,
}


def _biased(change: Callable[[Array, Array], Array]) -> Convolve:
    """Return a layer that combines its maps and its bias wrongly."""

    def wrong(images: Array, weights: Array, bias: Array, **options: int) -> Array:
        return change(filters.conv_layer(images, weights, np.zeros_like(bias), **options), bias)

    return wrong


def _bias_of_each_channel(images: Array, weights: Array, bias: Array, **options: int) -> Array:
    return filters.conv_layer(images, weights, bias * images.shape[1], **options)


def _channels_averaged(images: Array, weights: Array, bias: Array, **options: int) -> Array:
    return filters.conv_layer(images, weights / images.shape[1], bias, **options).astype(images.dtype)


def _first_image(images: Array, weights: Array, bias: Array, **options: int) -> Array:
    return filters.conv_layer(images[:1].repeat(len(images), axis=0), weights, bias, **options)


def _first_channel(weights: Array) -> Array:
    return np.asarray(weights * (np.arange(weights.shape[1]) == 0)[:, None, None].astype(weights.dtype))


def _same_kernel(weights: Array) -> Array:
    return weights[:, :1].repeat(weights.shape[1], axis=1)


def _read_as_in_out(weights: Array) -> Array:
    return weights.reshape(weights.shape[1], weights.shape[0], *weights.shape[2:]).swapaxes(0, 1)


_conv_layer = filters.conv_layer
CONV_LAYER: Slips = {
    **_geometry(_conv_layer, 3),
    "the kernels are rotated by 180°; use them as they are": _of_kernel(_conv_layer, lambda w: w[..., ::-1, ::-1]),
    "the kernels' rows and columns are swapped": _of_kernel(_conv_layer, lambda w: w.swapaxes(2, 3)),
    "only the first input channel is used; add up the results of all": _of_kernel(_conv_layer, _first_channel),
    "every input channel has a kernel of its own: weights[o, c]": _of_kernel(_conv_layer, _same_kernel),
    "the first axis of weights is out_channels, the second in_channels": _of_kernel(_conv_layer, _read_as_in_out),
    "this averages over the input channels; add them up": _channels_averaged,
    "the bias is missing": _biased(lambda maps, bias: maps),
    "add the bias; this subtracts it": _biased(lambda maps, bias: maps - bias[:, None, None]),
    "add the bias; this multiplies by it": _biased(lambda maps, bias: maps * bias[:, None, None]),
    "each map has a bias of its own; this adds the first one to all": _biased(lambda maps, bias: maps + bias[0]),
    "the bias varies along the width; it is one number for a whole map": _biased(
        lambda maps, bias: maps + np.resize(bias, maps.shape[-1])
    ),
    "add a filter's bias once, not for every input channel": _bias_of_each_channel,
    "every image gets the maps of the first one": _first_image,
    "height and width of the maps are swapped": _of_result(_conv_layer, lambda maps: maps.swapaxes(2, 3)),
    "the channels come last; return (batch, out_channels, height, width)": _of_result(
        _conv_layer, lambda maps: np.moveaxis(maps, 1, -1)
    ),
    "negative numbers became 0: there is no ReLU in this layer": _of_result(_conv_layer, lambda m: np.maximum(m, 0)),
}


def _pool(of_window: Callable[..., Array], *, stride: int | None = None, always: int | None = None) -> Function:
    """Return a pooling with a different rule for a window, a different default stride, or a fixed stride."""

    def wrong(image: Array, kernel_size: int = 2, step: int | None = None, **options: Any) -> Array:
        given = options.get("stride", step)
        by = always or given or stride or kernel_size
        windows = np.lib.stride_tricks.sliding_window_view(image, (kernel_size, kernel_size))[::by, ::by]
        return np.asarray(of_window(windows, axis=(2, 3)).astype(image.dtype))

    return wrong


def _pool_of_two(image: Array, kernel_size: int = 2, step: int | None = None, **options: Any) -> Array:
    by = options.get("stride", step) or kernel_size
    windows = np.lib.stride_tricks.sliding_window_view(image, (2, 2))[::by, ::by]
    right = filters.max_pool2d(image, kernel_size, by)
    return np.asarray(windows.max(axis=(2, 3)))[: right.shape[0], : right.shape[1]]


def _pool_whole_blocks(image: Array, kernel_size: int = 2, *_: Any, **__: Any) -> Array:
    return filters.max_pool2d(image, kernel_size)


def _pool_rounding_up(image: Array, kernel_size: int = 2, step: int | None = None, **options: Any) -> Array:
    by = options.get("stride", step) or kernel_size
    lowest = np.iinfo(image.dtype).min if image.dtype.kind in "iu" else -np.inf
    rest = [(0, -(size - kernel_size) % by) for size in image.shape]
    return filters.max_pool2d(np.pad(image, rest, constant_values=lowest), kernel_size, by)


def _pool_through_floats(image: Array, *args: Any, **options: Any) -> Array:
    return filters.max_pool2d(image.astype(float), *args, **options).astype(image.dtype)


def _largest_size(windows: Array, axis: tuple[int, int]) -> Array:
    return np.asarray(np.abs(windows).max(axis=axis))


MAX_POOL2D: Slips = {
    "keep the largest number of each window; these are means": _pool(np.mean),
    "keep the largest number of each window; these are the smallest": _pool(np.min),
    "compare the numbers themselves, not their absolute values": _pool(_largest_size),
    "the search starts from 0: where all numbers are negative, that is too large": _pool(
        lambda windows, axis: np.maximum(windows.max(axis=axis), 0)
    ),
    "this is the largest of each window's first column; look at the whole window": _pool(
        lambda windows, axis: windows.max(axis=2)[..., 0]
    ),
    "this is the largest of each window's first row; look at the whole window": _pool(
        lambda windows, axis: windows.max(axis=3)[..., 0]
    ),
    "without a stride the window must move by its own size, not by 1": _pool(np.max, stride=1),
    "without a stride the window must move by its own size, not always by 2": _pool(np.max, stride=2),
    "the stride has no effect": _pool_whole_blocks,
    "the window is always 2×2: use kernel_size": _pool_of_two,
    "leave out rows and columns that no whole window reaches": _pool_rounding_up,
    "large integers are rounded: keep the image's dtype, and use no floats": _pool_through_floats,
    "the last place in each direction is missing: `range` ends before its second number": lambda *args, **options: (
        filters.max_pool2d(*args, **options)[:-1, :-1]
    ),
}


def _size_by(rule: Callable[[int, int, int, int], int]) -> Function:
    """Return a rule for W, F, S and P as a function with the exercise's arguments."""
    return lambda size, kernel_size, stride=1, padding=0: rule(size, kernel_size, stride, padding)


OUTPUT_SIZE: Slips = {
    "the + 1 is missing": _size_by(lambda w, f, s, p: (w - f + 2 * p) // s),
    "the + 1 comes after the division": _size_by(lambda w, f, s, p: (w - f + 2 * p + 1) // s),
    "the padding is on both sides: 2P": _size_by(lambda w, f, s, p: (w - f + p) // s + 1),
    "the padding has no effect": _size_by(lambda w, f, s, p: (w - f) // s + 1),
    "the stride has no effect": _size_by(lambda w, f, s, p: w - f + 2 * p + 1),
    "round down: only whole windows count": _size_by(lambda w, f, s, p: -(-(w - f + 2 * p) // s) + 1),
    "round down, not to the nearest": _size_by(lambda w, f, s, p: round((w - f + 2 * p) / s) + 1),
    "stride and padding are swapped: the stride comes first": _size_by(lambda w, f, s, p: (w - f + 2 * s) // p + 1),
}

CONV_PARAMETERS: Slips = {
    "the biases are missing": lambda i, o, k: i * o * k * k,
    "one bias for each output channel, not one for the layer": lambda i, o, k: i * o * k * k + 1,
    "one bias for each output channel, not for each input channel": lambda i, o, k: i * o * k * k + i,
    "one bias for each output channel, not for each kernel": lambda i, o, k: i * o * (k * k + 1),
    "one bias for each output channel, not for each weight": lambda i, o, k: 2 * i * o * k * k,
    "a filter has a kernel for each input channel": lambda i, o, k: o * k * k + o,
    "there is a filter for each output channel": lambda i, o, k: i * k * k + o,
    "a kernel for each pair of channels: in · out, not in + out": lambda i, o, k: (i + o) * k * k + o,
    "a kernel has k · k weights, not k": lambda i, o, k: i * o * k + o,
    "a kernel has k · k weights, not 2k": lambda i, o, k: i * o * k * 2 + o,
}
