"""Calls the function through a small function outside the class."""

# %% custom-module
def batch_normalise(x, layer):
    return CustomBatchNormManualFunction.apply(x, layer.gamma, layer.beta, layer.eps)


class CustomBatchNormManualModule(nn.Module):
    def __init__(self, n_neurons, eps=1e-5):
        super().__init__()
        self.n_neurons = n_neurons
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(n_neurons))
        self.beta = nn.Parameter(torch.zeros(n_neurons))

    def forward(self, input):
        if input.dim() != 2 or input.size(1) != self.n_neurons:
            raise ValueError(f"need (batch, {self.n_neurons}), not {tuple(input.shape)}")
        return batch_normalise(input, self)
