"""Refuses a wrong shape with a RuntimeError instead of a ValueError."""

# loses: custom-module-shapes-hidden
# %% custom-module
class CustomBatchNormManualModule(nn.Module):
    def __init__(self, n_neurons, eps=1e-5):
        super().__init__()
        self.n_neurons = n_neurons
        self.eps = eps
        self.register_parameter("gamma", nn.Parameter(torch.empty(n_neurons).fill_(1.0)))
        self.beta = nn.Parameter(torch.zeros(n_neurons))

    def forward(self, input):
        if input.dim() != 2 or input.size(1) != self.n_neurons:
            raise RuntimeError(f"need (batch, {self.n_neurons}), not {list(input.shape)}")
        return CustomBatchNormManualFunction.apply(input, self.gamma, self.beta, self.eps)
