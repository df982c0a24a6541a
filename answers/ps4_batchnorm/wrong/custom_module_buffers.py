"""Keeps gamma and beta as buffers."""

# loses: custom-module-hidden
# %% custom-module
class CustomBatchNormManualModule(nn.Module):
    def __init__(self, n_neurons, eps=1e-5):
        super().__init__()
        self.n_neurons = n_neurons
        self.eps = eps
        self.register_buffer("gamma", torch.ones(n_neurons))
        self.register_buffer("beta", torch.zeros(n_neurons))

    def forward(self, input):
        if input.dim() != 2 or input.size(1) != self.n_neurons:
            raise ValueError(f"need (batch, {self.n_neurons}), not {tuple(input.shape)}")
        return CustomBatchNormManualFunction.apply(input, self.gamma, self.beta, self.eps)
