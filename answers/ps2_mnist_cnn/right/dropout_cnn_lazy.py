"""Lazy layers around the dropout."""
# %% dropout-cnn
class DropoutCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.LazyConv2d(10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.LazyConv2d(20, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(50), nn.ReLU(), nn.Dropout(), nn.LazyLinear(10))

    def forward(self, images):
        return self.layers(images)
