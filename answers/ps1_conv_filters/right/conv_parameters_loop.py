"""Adds filter by filter."""

# %% conv-parameters
def conv_parameters(in_channels, out_channels, kernel_size):
    total = 0
    for _ in range(out_channels):
        for _ in range(in_channels):
            total += kernel_size**2
        total += 1
    return total
