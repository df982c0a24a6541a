"""Asserts instead of raising ValueError."""

# loses: output-size-hidden
# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    assert size > 0 and kernel_size > 0 and stride > 0 and padding >= 0
    assert kernel_size <= size + 2 * padding
    return (size - kernel_size + 2 * padding) // stride + 1
