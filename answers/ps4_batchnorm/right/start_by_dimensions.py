"""Tells weights by their dimensions and biases by their module's kind."""

# %% start
def start_from(build, std, seed=0):
    torch.manual_seed(seed)
    network = build()
    for module in network.modules():
        for name, parameter in module.named_parameters(recurse=False):
            if parameter.dim() > 1:
                nn.init.normal_(parameter, mean=0.0, std=std)
            elif name == "bias" and isinstance(module, nn.Linear | nn.Conv2d):
                nn.init.constant_(parameter, 0)
    return network
