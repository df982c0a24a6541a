"""Takes means by matrix products with a row of ones."""

# %% custom-autograd
class CustomBatchNormAutograd(nn.Module):
    def __init__(self, n_neurons, eps=1e-5):
        super().__init__()
        self.n_neurons = n_neurons
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(n_neurons))
        self.beta = nn.Parameter(torch.zeros(n_neurons))

    def forward(self, input):
        if input.dim() != 2 or input.size(1) != self.n_neurons:
            raise ValueError(f"need (batch, {self.n_neurons}), not {tuple(input.shape)}")
        average = torch.full((1, len(input)), 1 / len(input), dtype=input.dtype, device=input.device)
        mean = average @ input
        var = average @ (input - mean) ** 2
        x_hat = (input - mean) / (var + self.eps).sqrt()
        return torch.addcmul(self.beta, self.gamma, x_hat)
