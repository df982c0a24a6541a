"""Divides and uses math.floor; refuses with one condition."""

# %% output-size
import math


def output_size(size, kernel_size, stride=1, padding=0):
    if not (size >= 1 and kernel_size >= 1 and stride >= 1 and padding >= 0 and size + 2 * padding >= kernel_size):
        raise ValueError("impossible geometry")
    return math.floor((size - kernel_size + 2 * padding) / stride) + 1
