"""Zeroes every vector, gamma among them."""

# loses: start-hidden
# %% start
def start_from(build, std, seed=0):
    torch.manual_seed(seed)
    network = build()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim >= 2:
                parameter.normal_(0.0, std)
            else:
                parameter.zero_()
    return network
