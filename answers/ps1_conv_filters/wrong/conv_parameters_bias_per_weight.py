"""Counts a bias for each weight."""

# loses: conv-parameters-hidden
# %% conv-parameters
def conv_parameters(in_channels, out_channels, kernel_size):
    return 2 * in_channels * out_channels * kernel_size**2
