"""Do the slips of problem set 1 give what they say, and does each hint name one wrong answer only?"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from convnet_course.convolution import filter_slips, filters
from coursepack.checks import CheckFailed, arrays
from coursepack.checks.arrays import Case, Slips
from coursepack.subject import LocalSubject

NOISE = np.random.default_rng(5)


def layer(*shape: int, **options: int) -> Case:
    sizes = ((2, 3, 8, 9), shape, shape[:1])
    return Case("a layer", *(NOISE.normal(size=size) for size in sizes), **options)


WHOLE, KERNEL = NOISE.integers(-99, 100, (7, 9)), NOISE.integers(-9, 10, (3, 3))
BYTES = NOISE.integers(0, 256, (7, 9), np.uint8)
CONVOLUTIONS = [
    Case("plain", WHOLE, KERNEL),
    Case("floats", WHOLE / 7, KERNEL),
    Case("bytes", BYTES, KERNEL),
    Case("large", 2**55 + WHOLE, KERNEL),
    Case("padded", WHOLE, KERNEL, padding=2),
    Case("strided", WHOLE, KERNEL, stride=2),
]
LAYERS = [layer(4, 3, 3, 3), layer(3, 3, 2, 2), layer(4, 3, 3, 3, padding=2), layer(4, 3, 3, 3, stride=2)]
POOLS = [
    Case("by default", WHOLE),
    Case("of three", NOISE.normal(size=(10, 13)), 3),
    Case("overlapping", NOISE.normal(size=(9, 8)), kernel_size=3, stride=2),
    Case("negative", -1 - np.abs(WHOLE)),
    Case("large", 2**60 + WHOLE),
]
SIZES = [Case("much padding", 9, 2, 2, 5), Case("a rest", 14, 4, 3, 1), Case("more than half", 20, 5, 4)]
COUNTS = [Case("more in than out", 64, 9, 3)]
LISTS: dict[str, tuple[Any, Slips, list[Case]]] = {
    "convolve2d": (filters.convolve2d, filter_slips.CONVOLVE2D, CONVOLUTIONS),
    "conv_layer": (filters.conv_layer, filter_slips.CONV_LAYER, LAYERS),
    "max_pool2d": (filters.max_pool2d, filter_slips.MAX_POOL2D, POOLS),
    "output_size": (filters.output_size, filter_slips.OUTPUT_SIZE, SIZES),
    "conv_parameters": (filters.conv_parameters, filter_slips.CONV_PARAMETERS, COUNTS),
}
EACH = [(name, hint) for name, (_, slips, _) in LISTS.items() for hint in slips]


@pytest.mark.parametrize(("name", "hint"), EACH)
def test_is_each_slip_caught_and_named_by_its_own_hint(name: str, hint: str) -> None:
    """A student who makes it is told so, or told nothing; never another slip's hint."""
    reference, slips, cases = LISTS[name]

    def wrong(*args: Any, **options: Any) -> Any:
        try:
            result = slips[hint](*args, **options)
        except (ValueError, IndexError, RuntimeError):  # none for such shapes
            return reference(*args, **options)
        return result if np.ndim(result) else int(result)

    with pytest.raises(CheckFailed) as caught:
        arrays.assert_matches(LocalSubject({name: wrong}), name, reference, cases, slips=slips)
    assert f"hint: {hint}" in str(caught.value)


@pytest.mark.parametrize("name", LISTS)
def test_is_a_right_answer_no_slip(name: str) -> None:
    reference, slips, cases = LISTS[name]
    arrays.assert_matches(LocalSubject({name: reference}), name, reference, cases, slips=slips)


@pytest.mark.parametrize("name", LISTS)
def test_do_two_hints_never_say_the_same(name: str) -> None:
    assert all(one != other for one, other in itertools.combinations(LISTS[name][1], 2))
