"""As one nn.Sequential."""
# %% mlp
class MLP(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Flatten(), nn.Linear(784, 456), nn.ReLU(), nn.Linear(456, 128), nn.ReLU(), nn.Linear(128, 10)
        )
