"""Does not look at the shape; broadcasting hides it."""

# loses: custom-autograd-shapes-hidden
# %% custom-autograd
class CustomBatchNormAutograd(nn.Module):
    def __init__(self, n_neurons, eps=1e-5):
        super().__init__()
        self.n_neurons = n_neurons
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(n_neurons))
        self.beta = nn.Parameter(torch.zeros(n_neurons))

    def forward(self, input):
        mean = input.mean(0)
        var = input.var(0, unbiased=False)
        x_hat = (input - mean) / (var + self.eps).sqrt()
        return self.gamma * x_hat + self.beta
