"""Is a Sequential itself."""

# %% torch-mlp
class TorchMLP(nn.Sequential):
    """Linear – leaky ReLU for each hidden layer, then linear."""

    def __init__(self, n_inputs, n_hidden, n_classes, neg_slope):
        sizes = [n_inputs] + list(n_hidden)
        blocks = [nn.Sequential(nn.Linear(a, b), nn.LeakyReLU(neg_slope)) for a, b in zip(sizes, sizes[1:])]
        super().__init__(*blocks, nn.Linear(sizes[-1], n_classes))
