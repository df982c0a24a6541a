"""Takes the widths in reverse."""

# loses: torch-mlp-hidden
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
        layers, width = [], n_inputs
        for n_units in n_hidden[::-1]:
            layers += [nn.Linear(width, n_units), nn.LeakyReLU(neg_slope)]
            width = n_units
        self.layers = nn.Sequential(*layers, nn.Linear(width, n_classes))

    def forward(self, x):
        """Return logits (batch, n_classes) for x of shape (batch, n_inputs)."""
        # TODO: send x through the layers
        return self.layers(x)
