"""Draws from a uniform distribution of that standard deviation."""

# loses: start-hidden
# %% start
def start_from(build, std, seed=0):
    torch.manual_seed(seed)
    network = build()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d)):
                module.weight.uniform_(-(3**0.5) * std, 3**0.5 * std)
                module.bias.zero_()
    return network
