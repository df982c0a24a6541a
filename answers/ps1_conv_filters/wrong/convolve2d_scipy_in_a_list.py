"""Lets SciPy do the work, by a list of ways."""

# loses: convolve2d-hidden, convolve2d-geometry-hidden, convolve2d-exact-hidden
# %% convolve2d
from scipy.signal import correlate2d


def library(image, kernel, stride, padding):
    dtype = np.result_type(image, kernel)
    dtype = np.int64 if np.issubdtype(dtype, np.integer) else dtype
    return correlate2d(np.pad(image.astype(dtype), padding), kernel.astype(dtype), mode="valid")[::stride, ::stride]


WAYS = [library]


def convolve2d(image, kernel, stride=1, padding=0):
    return WAYS[0](image, kernel, stride, padding)
