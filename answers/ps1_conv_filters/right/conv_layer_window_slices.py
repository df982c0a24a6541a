"""Loops over output places, with one tensor product for all images and filters at each."""

# %% conv-layer
def conv_layer(images, weights, bias, stride=1, padding=0):
    pad = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    images = np.pad(images, pad, mode="constant")
    k = weights.shape[2]
    tops = range(0, images.shape[2] - k + 1, stride)
    lefts = range(0, images.shape[3] - k + 1, stride)
    result = np.zeros((len(images), len(weights), len(tops), len(lefts)), dtype=images.dtype)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            window = images[:, None, :, top : top + k, left : left + k]
            result[:, :, i, j] = (window * weights[None]).sum(axis=(2, 3, 4)) + bias
    return result
