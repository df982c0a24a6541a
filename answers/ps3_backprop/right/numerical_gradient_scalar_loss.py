"""Makes a scalar function first."""

# %% numerical-gradient
def numerical_gradient(function, x, dout, h=1e-5):
    """Estimate the gradient of a loss with respect to x by central differences.

    Args:
        function: takes an array of the shape of x, returns an array of any shape, or a number.
        x: where to take the gradient, an array of any shape, float64. It is never changed: nudge a copy.
        dout: gradient of the loss with respect to the function's result, of the result's shape.
        h: how far to step to either side.

    Returns:
        Array of the shape of x, float64.
    """
    def weighted(value):
        return np.sum(function(value) * dout)

    slopes = np.empty(x.shape)
    for place in np.ndindex(*x.shape):
        right = x.copy()
        right[place] = x[place] + h
        left = x.copy()
        left[place] = x[place] - h
        slopes[place] = (weighted(right) - weighted(left)) / (right[place] - left[place])
    return slopes
