"""Does not seed; each call gives another network."""

# loses: start-hidden
# %% start
def start_from(build, std, seed=0):
    torch.seed()
    network = build()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d)):
                module.weight.normal_(0.0, std)
                module.bias.zero_()
    return network
