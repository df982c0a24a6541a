"""Forgets the output channels among the weights."""

# loses: conv-parameters-hidden
# %% conv-parameters
def conv_parameters(in_channels, out_channels, kernel_size):
    return in_channels * kernel_size**2 + out_channels
