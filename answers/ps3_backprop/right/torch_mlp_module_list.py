"""Keeps a ModuleList and calls the activation as a function."""

# %% torch-mlp
class TorchMLP(nn.Module):
    """A multi-layer perceptron in PyTorch: linear – leaky ReLU for each hidden layer, then linear.

    Args:
        n_inputs: width of the input.
        n_hidden: list of the widths of the hidden layers; it may be empty.
        n_classes: number of classes.
        neg_slope: slope of the leaky ReLUs for negative numbers.
    """

    def __init__(self, n_inputs, n_hidden, n_classes, neg_slope):
        super().__init__()
        # TODO: make the layers
        sizes = [n_inputs, *n_hidden, n_classes]
        self.linears = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.neg_slope = neg_slope

    def forward(self, x):
        """Return logits (batch, n_classes) for x of shape (batch, n_inputs)."""
        # TODO: send x through the layers
        for linear in self.linears[:-1]:
            x = nn.functional.leaky_relu(linear(x), self.neg_slope)
        return self.linears[-1](x)
