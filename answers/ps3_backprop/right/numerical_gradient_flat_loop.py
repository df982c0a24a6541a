"""Loops over a flattened copy."""

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
    flat, result = x.ravel().copy(), []
    for k in range(x.size):
        old = flat[k]
        flat[k] = old + h
        above = np.array(function(flat.reshape(x.shape).copy()))
        flat[k] = old - h
        below = np.array(function(flat.reshape(x.shape).copy()))
        flat[k] = old
        result.append(float(((above - below) * dout).sum()) / (2.0 * h))
    return np.array(result).reshape(x.shape)
