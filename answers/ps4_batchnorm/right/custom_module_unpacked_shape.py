"""Unpacks the shape, and refuses in a helper."""

# %% custom-module
def check_shape(actual, n_neurons):
    if len(actual) != 2 or actual[1] != n_neurons:
        wanted = ("B", n_neurons)
        raise ValueError("wrong shape: expected " + str(wanted) + ", but the input is " + str(tuple(actual)))


class CustomBatchNormManualModule(nn.Module):
    def __init__(self, n_neurons, eps=1e-5):
        super().__init__()
        self.n_neurons = n_neurons
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(n_neurons))
        self.beta = nn.Parameter(torch.zeros(n_neurons))

    def forward(self, input):
        check_shape(input.shape, self.n_neurons)
        return CustomBatchNormManualFunction.apply(input, self.gamma, self.beta, self.eps)
