"""Has another default for eps."""

# loses: custom-module-hidden
# %% custom-module
class CustomBatchNormManualModule(nn.Module):
    """Batch normalisation of vectors by CustomBatchNormManualFunction.

    Args:
        n_neurons: size of the vectors.
        eps: ε, added to the variance.

    Attributes:
        gamma: parameter γ (n_neurons), ones at first.
        beta: parameter β (n_neurons), zeros at first.
    """

    def __init__(self, n_neurons, eps=1e-3):
        super().__init__()
        self.n_neurons = n_neurons
        self.eps = eps
        # TODO: make the parameters self.gamma and self.beta
        self.gamma = nn.Parameter(torch.ones(n_neurons))
        self.beta = nn.Parameter(torch.zeros(n_neurons))

    def forward(self, input):
        """Return the normalised, scaled and shifted input, of the same shape (batch, n_neurons).

        Raises:
            ValueError: the input has another shape; the message names both shapes.
        """
        # TODO: check the shape, then call the function
        if input.ndim != 2 or input.shape[1] != self.n_neurons:
            raise ValueError(f"expected an input of shape (batch, {self.n_neurons}), got {tuple(input.shape)}")
        return CustomBatchNormManualFunction.apply(input, self.gamma, self.beta, self.eps)
