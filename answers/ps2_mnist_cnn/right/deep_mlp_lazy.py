"""Lazy layers around functional dropout."""
# %% deep-mlp
class DeepMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.ModuleList([nn.LazyLinear(512), nn.LazyLinear(512)])
        self.output = nn.LazyLinear(10)

    def forward(self, images):
        x = images.flatten(1)
        for layer in self.hidden:
            x = F.dropout(layer(x).relu(), 0.2, self.training)
        return self.output(x)
