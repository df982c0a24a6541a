"""Puts both arrays together to find the size."""

# %% relative-error
def relative_error(a, b):
    """Return the largest difference of two arrays over their largest absolute value.

    Args:
        a: array of any shape.
        b: array of the same shape.

    Returns:
        A number between 0 and 2: 0 for equal arrays, also for two arrays of zeros.
    """
    both = np.abs(np.concatenate([np.ravel(a), np.ravel(b)])).max()
    if both == 0:
        return 0
    return np.abs(np.subtract(a, b)).max() / both
