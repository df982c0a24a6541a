"""Lets PyTorch do the work."""

# loses: convolve2d-hidden, convolve2d-geometry-hidden, convolve2d-exact-hidden
# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    import torch
    import torch.nn.functional as F

    dtype = np.result_type(image, kernel)
    if np.issubdtype(dtype, np.integer):
        dtype = np.int64
    image, kernel = torch.from_numpy(image.astype(dtype)), torch.from_numpy(kernel.astype(dtype))
    return F.conv2d(image[None, None], kernel[None, None], stride=stride, padding=padding)[0, 0].numpy()
