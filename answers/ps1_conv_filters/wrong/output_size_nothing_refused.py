"""Checks nothing."""

# loses: output-size-hidden
# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    return (size - kernel_size + 2 * padding) // stride + 1
