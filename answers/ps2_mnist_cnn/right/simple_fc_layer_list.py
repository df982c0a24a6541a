"""Keeps its layers in a ModuleList, with LogSoftmax as the last one."""
# %% simple-fc
class SimpleFC(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Flatten(), nn.Linear(784, 10), nn.LogSoftmax(dim=-1)])

    def forward(self, images):
        for layer in self.layers:
            images = layer(images)
        return images
