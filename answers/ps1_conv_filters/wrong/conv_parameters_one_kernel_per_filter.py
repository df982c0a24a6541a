"""Forgets the input channels."""

# loses: conv-parameters-hidden
# %% conv-parameters
def conv_parameters(in_channels, out_channels, kernel_size):
    return out_channels * kernel_size**2 + out_channels
