"""Picks the right class by its index."""

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
        right = x[np.arange(len(x)), y.argmax(axis=1)]
        return float(np.mean(-np.log(np.maximum(right, 1e-12))))

    def backward(self, x, y):
        """Return the gradient of the mean loss with respect to the probabilities x, of shape (batch, classes)."""
        # TODO: your formula; probabilities below 1e-12 count as 1e-12 here too
        rows, labels = np.arange(len(x)), y.argmax(axis=1)
        dx = np.zeros(x.shape)
        dx[rows, labels] = -1.0 / (len(x) * np.maximum(x[rows, labels], 1e-12))
        return dx
