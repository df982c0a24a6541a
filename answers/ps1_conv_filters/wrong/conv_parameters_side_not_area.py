"""Takes the kernel's side for its area."""

# loses: conv-parameters-hidden
# %% conv-parameters
def conv_parameters(in_channels, out_channels, kernel_size):
    return in_channels * out_channels * kernel_size + out_channels
