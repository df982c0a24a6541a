"""Computes in float32, with a slope of 0.01."""

# loses: leaky-relu-hidden
# %% leaky-relu
class LeakyReLUModule:
    """Leaky ReLU: x where it is positive, neg_slope · x elsewhere.

    Args:
        neg_slope: α, slope for negative numbers, at least 0 and less than 1.
    """

    def __init__(self, neg_slope):
        # TODO: keep the slope; params and grads are empty dictionaries
        self.neg_slope = neg_slope
        self.params, self.grads = {}, {}

    def forward(self, x):
        """Return the output for x; both have the shape (batch, features)."""
        # TODO: keep what backward needs, and return the output as a new array
        self.slopes = np.where(x > 0, 1.0, 0.01).astype(np.float32)
        return x.astype(np.float32) * self.slopes

    def backward(self, dout):
        """Return the gradient of the input, given that of the output; both have the shape (batch, features)."""
        # TODO: your formula
        return dout * self.slopes
