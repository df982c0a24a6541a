"""Takes the variance as mean of squared deviations, and refuses with torch.Size in the message."""

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
            raise ValueError(f"Got shape {input.shape}, should be [B, {self.n_neurons}]")
        mean = input.mean(0)
        var = ((input - mean) ** 2).mean(dim=0)
        x_hat = (input - mean) / (var + self.eps).sqrt()
        return self.gamma * x_hat + self.beta
