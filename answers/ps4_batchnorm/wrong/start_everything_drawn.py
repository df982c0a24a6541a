"""Draws every parameter, gamma and beta among them."""

# loses: start-hidden
# %% start
def start_from(build, std, seed=0):
    torch.manual_seed(seed)
    network = build()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(0.0, std)
    return network
