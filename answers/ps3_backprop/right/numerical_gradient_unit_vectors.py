"""Adds unit vectors from an identity matrix."""

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
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([np.vdot(dout, (function(x + e) - function(x - e)) / (2 * h)) for e in steps]).reshape(x.shape)
