"""Uses functools.reduce."""

# %% mlp
class MLP:
    """A multi-layer perceptron in NumPy: linear – leaky ReLU for each hidden layer, then linear – softmax.

    Args:
        n_inputs: width of the input.
        n_hidden: list of the widths of the hidden layers; it may be empty.
        n_classes: number of classes.
        neg_slope: slope of the leaky ReLUs for negative numbers.

    Attributes:
        layers: list of all modules, in the order in which forward calls them.
    """

    def __init__(self, n_inputs, n_hidden, n_classes, neg_slope):
        # TODO: make `self.layers` of LinearModule, LeakyReLUModule and SoftMaxModule
        self.layers = []
        width = n_inputs
        for n_units in n_hidden:
            self.layers += [LinearModule(width, n_units), LeakyReLUModule(neg_slope)]
            width = n_units
        self.layers += [LinearModule(width, n_classes), SoftMaxModule()]

    def forward(self, x):
        """Return probabilities (batch, n_classes) for x of shape (batch, n_inputs)."""
        # TODO: through all modules, one after the other
        import functools

        return functools.reduce(lambda values, layer: layer.forward(values), self.layers, x)

    def backward(self, dout):
        """Let every module compute its gradients, and return the gradient of the input, (batch, n_inputs).

        Args:
            dout: gradient of the loss with respect to the probabilities, (batch, n_classes).
        """
        # TODO: through all modules, the last one first
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout

    def step(self, learning_rate):
        """Move every parameter of every module against its gradient in `grads`; returns nothing."""
        # TODO: parameter − learning rate · gradient
        for layer in self.layers:
            for name in layer.params:
                layer.params[name] = layer.params[name] - learning_rate * layer.grads[name]
