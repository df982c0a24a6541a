"""Does not return the gradient of the input."""

# loses: linear-backward-hidden
# %% linear
class LinearModule:
    """A linear layer: x Wᵀ + b.

    Args:
        in_features: N, width of the input.
        out_features: M, width of the output.

    Attributes:
        params: "weight" (out_features, in_features), drawn from a normal distribution with mean 0 and standard
            deviation 0.0001, and "bias" (out_features,), zeros.
        grads: "weight" and "bias", of the same shapes; zeros until the first backward.
    """

    def __init__(self, in_features, out_features):
        # TODO: make params and grads
        self.params = {
            "weight": np.random.normal(0.0, 0.0001, (out_features, in_features)),
            "bias": np.zeros(out_features),
        }
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}

    def forward(self, x):
        """Return the output (batch, out_features) for x of shape (batch, in_features)."""
        # TODO: keep x for backward, and return x Wᵀ + b
        self.x = x
        return x @ self.params["weight"].T + self.params["bias"]

    def backward(self, dout):
        """Put the gradients of weight and bias into `grads`, and return the gradient of the input.

        Args:
            dout: gradient of the loss with respect to the output, (batch, out_features).

        Returns:
            Gradient of the loss with respect to the input of the last forward, (batch, in_features).
        """
        # TODO: your three formulas
        self.grads["weight"] = dout.T @ self.x
        self.grads["bias"] = dout.sum(axis=0)
        dout @ self.params["weight"]
