"""Makes a new state and loads it."""

# %% start
def start_from(build, std, seed=0):
    torch.manual_seed(seed)
    network = build()
    layers = {name for name, module in network.named_modules() if isinstance(module, (nn.Linear, nn.Conv2d))}
    state = network.state_dict()
    for key, value in state.items():
        layer, _, kind = key.rpartition(".")
        if layer in layers:
            state[key] = torch.randn_like(value) * std if kind == "weight" else torch.zeros_like(value)
    network.load_state_dict(state)
    return network
