"""Uses math.prod and keyword names."""

# %% conv-parameters
import math


def conv_parameters(in_channels, out_channels, kernel_size):
    weights = math.prod((in_channels, out_channels, kernel_size, kernel_size))
    biases = out_channels
    return weights + biases
