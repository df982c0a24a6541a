"""Rounds up instead of down."""

# loses: output-size-hidden
# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    if size < 1 or kernel_size < 1 or stride < 1 or padding < 0:
        raise ValueError(f"impossible: size {size}, kernel {kernel_size}, stride {stride}, padding {padding}")
    if kernel_size > size + 2 * padding:
        raise ValueError(f"a kernel of {kernel_size} does not fit into {size} pixels with padding {padding}")
    return -(-(size - kernel_size + 2 * padding) // stride) + 1
