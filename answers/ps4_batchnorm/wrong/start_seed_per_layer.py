"""Seeds before each layer, so that layers of one shape are equal."""

# loses: start-hidden
# %% start
def start_from(build, std, seed=0):
    torch.manual_seed(seed)
    network = build()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d)):
                torch.manual_seed(seed)
                module.weight.normal_(0.0, std)
                module.bias.zero_()
    return network
