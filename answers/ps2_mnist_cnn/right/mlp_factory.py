"""A function that builds it, under the name of the class."""
# %% mlp
def MLP():
    hidden = [nn.Linear(784, 456), nn.ReLU(), nn.Linear(456, 128), nn.ReLU()]
    return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(128, 10))
