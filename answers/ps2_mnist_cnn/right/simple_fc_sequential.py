"""Is itself a Sequential and inherits forward."""
# %% simple-fc
class SimpleFC(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(in_features=784, out_features=10))
