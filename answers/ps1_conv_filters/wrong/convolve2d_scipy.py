"""Lets SciPy do the work, through an alias in a helper."""

# loses: convolve2d-hidden, convolve2d-geometry-hidden, convolve2d-exact-hidden
# %% convolve2d
from scipy import signal as tools


def correlate(image, kernel):
    return tools.correlate2d(image, kernel, mode="valid")


def convolve2d(image, kernel, stride=1, padding=0):
    dtype = np.result_type(image, kernel)
    if np.issubdtype(dtype, np.integer):
        dtype = np.int64
    return correlate(np.pad(image, padding).astype(dtype), kernel.astype(dtype))[::stride, ::stride]
