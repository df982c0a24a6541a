"""Shares its arithmetic with a helper outside the class; folds gamma into the scale."""

# %% custom-autograd
def _scale_and_shift(x, gamma, beta, eps):
    mu = x.sum(axis=0) / x.shape[0]
    sigma2 = (x * x).sum(axis=0) / x.shape[0] - mu * mu
    scale = gamma / torch.sqrt(sigma2 + eps)
    return x * scale + (beta - mu * scale)


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
        return _scale_and_shift(input, self.gamma, self.beta, self.eps)
