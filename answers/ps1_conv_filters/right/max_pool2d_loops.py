"""Loops over the places and takes the maximum of each slice."""

# %% max-pool2d
def max_pool2d(image, kernel_size=2, stride=None):
    if stride is None:
        stride = kernel_size
    height = (image.shape[0] - kernel_size) // stride + 1
    width = (image.shape[1] - kernel_size) // stride + 1
    result = np.zeros((height, width), dtype=image.dtype)
    for i in range(height):
        for j in range(width):
            result[i, j] = image[i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size].max()
    return result
