"""As one nn.Sequential."""
# %% deep-mlp
class DeepMLP(nn.Sequential):
    def __init__(self):
        layers = [nn.Flatten()]
        for before in (784, 512):
            layers += [nn.Linear(before, 512), nn.ReLU(), nn.Dropout(0.2)]
        super().__init__(*layers, nn.Linear(512, 10))
