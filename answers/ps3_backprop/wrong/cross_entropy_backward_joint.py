"""Gives the gradient of softmax and loss in one."""

# loses: cross-entropy-backward-hidden, cross-entropy-zero-hidden
# %% cross-entropy
class CrossEntropyModule:
    """Cross-entropy of probabilities and one-hot labels, averaged over the batch."""

    def forward(self, x, y):
        """Return the mean loss, a number.

        Args:
            x: probabilities (batch, classes). Those below 1e-12 count as 1e-12.
            y: one-hot labels (batch, classes).
        """
        # TODO: −Σ y ln x, divided by the batch size
        return -np.sum(y * np.log(np.maximum(x, 1e-12))) / len(x)

    def backward(self, x, y):
        """Return the gradient of the mean loss with respect to the probabilities x, of shape (batch, classes)."""
        # TODO: your formula; probabilities below 1e-12 count as 1e-12 here too
        return (x - y) / len(x)
