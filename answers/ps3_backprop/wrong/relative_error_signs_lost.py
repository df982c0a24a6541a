"""Compares absolute values."""

# loses: relative-error-hidden
# %% relative-error
def relative_error(a, b):
    """Return the largest difference of two arrays over their largest absolute value.

    Args:
        a: array of any shape.
        b: array of the same shape.

    Returns:
        A number between 0 and 2: 0 for equal arrays, also for two arrays of zeros.
    """
    # TODO: largest |a − b| over the largest of all |a| and |b|; take care of two arrays of zeros
    scale = max(np.max(np.abs(a)), np.max(np.abs(b)))
    return float(np.max(np.abs(np.abs(a) - np.abs(b))) / scale) if scale > 0 else 0.0
