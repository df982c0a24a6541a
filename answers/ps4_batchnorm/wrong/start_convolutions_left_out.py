"""Draws the weights of linear layers only."""

# loses: start-hidden
# %% start
def start_from(build, std, seed=0):
    """Return a network whose weights are drawn from N(0, std²) and whose biases are zero.

    Args:
        build: a function without arguments that makes the network.
        std: standard deviation of the weights.
        seed: for torch.manual_seed.
    """
    # TODO: seed, build, draw the weights, zero the biases (not γ and β), return the network
    torch.manual_seed(seed)
    network = build()
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=std)
            nn.init.zeros_(module.bias)
    return network
