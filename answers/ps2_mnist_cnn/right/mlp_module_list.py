"""Keeps the layers in a list, and runs over it."""
# %% mlp
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        widths = (784, 456, 128, 10)
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:], strict=False))

    def forward(self, images):
        hidden = images.view(images.shape[0], -1)
        for layer in self.layers[:-1]:
            hidden = layer(hidden).clamp(min=0)
        return self.layers[-1](hidden)
