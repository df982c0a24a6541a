"""Lazy layers throughout."""
# %% simple-cnn
class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.LazyConv2d(10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.LazyConv2d(20, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))

    def forward(self, images):
        return self.layers(images)
