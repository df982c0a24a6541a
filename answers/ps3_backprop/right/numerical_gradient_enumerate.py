"""Enumerates the entries, and asks the function for an array."""

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
    result = np.zeros(x.shape, dtype=float)
    for position, value in np.ndenumerate(x):
        outcomes = []
        for sign in (1, -1):
            changed = np.array(x)
            changed[position] = value + sign * h
            outcomes.append(np.asarray(function(changed), dtype=float))
        result[position] = (0.5 * (outcomes[0] - outcomes[1]) / h * dout).sum()
    return result
