"""Draws from a generator of its own, seeded beside the global one."""

# %% start
def start_from(build, std, seed=0):
    torch.manual_seed(seed)
    network, source = build(), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d)):
                module.weight.copy_(torch.empty_like(module.weight).normal_(0, std, generator=source))
                module.bias.copy_(torch.zeros_like(module.bias))
    return network
