"""Subtracts the smallest logit."""

# loses: softmax-stable-hidden
# %% softmax
class SoftMaxModule:
    """Softmax of each row: probabilities from logits. Numerically stable, whatever the size of the logits."""

    def __init__(self):
        # TODO: params and grads are empty dictionaries
        self.params, self.grads = {}, {}

    def forward(self, x):
        """Return probabilities for logits x; both have the shape (batch, classes)."""
        # TODO: subtract each row's maximum, take powers, divide by each row's sum; keep what backward needs
        powers = np.exp(x - x.min(axis=1, keepdims=True))
        self.probabilities = powers / powers.sum(axis=1, keepdims=True)
        return self.probabilities

    def backward(self, dout):
        """Return the gradient of the logits, given that of the probabilities; both have the shape (batch, classes)."""
        # TODO: your formula for a batch
        inner = (dout * self.probabilities).sum(axis=1, keepdims=True)
        return self.probabilities * (dout - inner)
