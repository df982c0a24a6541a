"""Writes the activation with torch.where."""

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
        self.slope = neg_slope
        self.hidden = nn.ModuleList()
        for n_units in n_hidden:
            self.hidden.append(nn.Linear(n_inputs, n_units))
            n_inputs = n_units
        self.output = nn.Linear(n_inputs, n_classes)

    def forward(self, x):
        """Return logits (batch, n_classes) for x of shape (batch, n_inputs)."""
        # TODO: send x through the layers
        for layer in self.hidden:
            x = layer(x)
            x = torch.where(x > 0, x, self.slope * x)
        return self.output(x)
