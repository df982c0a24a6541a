"""Prints the number and returns nothing."""

# loses: conv-parameters-hidden
# %% conv-parameters
def conv_parameters(in_channels, out_channels, kernel_size):
    return print(in_channels * out_channels * kernel_size**2 + out_channels)
