"""Returns a vector whatever the shape of x."""

# loses: numerical-gradient-hidden
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
    # TODO: for each number of x: step up, step down, difference over 2h, times dout, sum
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        gradient[index] = np.sum((function(up) - function(down)) / (2 * h) * dout)
    return gradient.ravel()
