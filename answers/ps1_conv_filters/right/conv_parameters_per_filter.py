"""Counts one filter with its bias, then multiplies."""

# %% conv-parameters
def conv_parameters(in_channels, out_channels, kernel_size):
    one_filter = kernel_size * kernel_size * in_channels + 1
    return out_channels * one_filter
