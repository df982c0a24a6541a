"""Uses the infinity norm of the flattened arrays."""

# %% relative-error
def relative_error(a, b):
    """Return the largest difference of two arrays over their largest absolute value.

    Args:
        a: array of any shape.
        b: array of the same shape.

    Returns:
        A number between 0 and 2: 0 for equal arrays, also for two arrays of zeros.
    """
    def size(values):
        return np.linalg.norm(np.ravel(values), ord=np.inf)

    return size(a - b) / (max(size(a), size(b)) or 1.0)
