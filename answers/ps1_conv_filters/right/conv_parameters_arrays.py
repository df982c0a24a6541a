"""Makes the arrays and asks for their sizes."""

# %% conv-parameters
def conv_parameters(in_channels, out_channels, kernel_size):
    weights = np.zeros((out_channels, in_channels, kernel_size, kernel_size))
    bias = np.zeros(out_channels)
    return weights.size + bias.size
