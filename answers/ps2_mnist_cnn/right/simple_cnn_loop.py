"""Loops over a ModuleList; the layers are declared last to first."""
# %% simple-cnn
class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(320, 10)
        self.convolutions = nn.ModuleList(nn.Conv2d(i, o, 5) for i, o in ((1, 10), (10, 20)))

    def forward(self, images):
        for convolution in self.convolutions:
            images = F.max_pool2d(convolution(images), 2).clamp(min=0)
        return self.output(images.flatten(1))
