"""Takes lengths of vectors instead of maxima."""

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
    scale = max(np.linalg.norm(a), np.linalg.norm(b))
    return float(np.linalg.norm(a - b) / scale) if scale > 0 else 0.0
