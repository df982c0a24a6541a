"""Truncates with int() and only refuses a result below 1, which a missing pixel escapes."""

# loses: output-size-hidden
# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    if min(size, kernel_size, stride) < 1 or padding < 0:
        raise ValueError("impossible geometry")
    result = int((size - kernel_size + 2 * padding) / stride) + 1
    if result < 1:
        raise ValueError("impossible geometry")
    return result
