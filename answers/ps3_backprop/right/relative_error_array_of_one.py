"""Returns an array without dimensions."""

# %% relative-error
def relative_error(a, b):
    """Return the largest difference of two arrays over their largest absolute value.

    Args:
        a: array of any shape.
        b: array of the same shape.

    Returns:
        A number between 0 and 2: 0 for equal arrays, also for two arrays of zeros.
    """
    scale = np.maximum(np.abs(a), np.abs(b)).max()
    return np.array(np.abs(a - b).max() / np.where(scale > 0, scale, 1.0))
