"""A lazy layer, and no first batch to make it real."""
# %% simple-fc
class SimpleFC(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.LazyLinear(10))

    def forward(self, images):
        return self.layers(images)
