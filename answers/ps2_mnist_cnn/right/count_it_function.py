"""Through a small function of its own."""
# %% count-it
def dense(*widths):
    return sum(before * after + after for before, after in zip(widths, widths[1:], strict=False))


def convolutions(size, *channels):
    return sum(after * (before * size**2 + 1) for before, after in zip(channels, channels[1:], strict=False))


mlp_parameters = dense(784, 456, 128, 10)
two_conv_parameters = convolutions(5, 1, 8, 16) + dense(784, 128, 10)
deep_mlp_parameters = dense(784, 512, 512, 10)
normalised = 2 * (32 + 64 + 64 + 512 + 256)
deep_cnn_parameters = convolutions(3, 1, 32, 64, 64) + dense(3136, 512, 256, 10) + normalised
