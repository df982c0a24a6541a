"""Calls convolve2d for each image, filter and channel: slow, but right."""

# %% conv-layer
def conv_layer(images, weights, bias, stride=1, padding=0):
    result = []
    for image in images:
        maps = []
        for kernels, offset in zip(weights, bias):
            total = sum(convolve2d(channel, kernel, stride, padding) for channel, kernel in zip(image, kernels))
            maps.append(total + offset)
        result.append(maps)
    return np.array(result)
