"""Rewrites the formula as (room + stride) // stride."""

# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    room = size + padding + padding - kernel_size
    if size < 1: raise ValueError("size")
    if kernel_size < 1: raise ValueError("kernel_size")
    if stride < 1: raise ValueError("stride")
    if padding < 0: raise ValueError("padding")
    if room < 0: raise ValueError("kernel_size")
    return int((room + stride) // stride)
