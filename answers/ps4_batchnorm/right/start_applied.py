"""Uses Module.apply with a function of its own, and .data."""

# %% start
def start_from(build, std, seed=0):
    def begin(layer):
        if hasattr(layer, "weight") and layer.weight.ndim >= 2:
            layer.weight.data = std * torch.randn(layer.weight.shape)
            layer.bias.data.fill_(0)

    torch.manual_seed(seed)
    return build().apply(begin)
