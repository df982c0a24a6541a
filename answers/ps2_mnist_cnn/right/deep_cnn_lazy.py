"""Lazy layers, batch normalisation among them: one image in train mode would make them fail."""
# %% deep-cnn
class DeepCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.LazyConv2d(32, 3, padding=1), nn.LazyBatchNorm2d(), nn.ReLU(), nn.LazyConv2d(64, 3, padding=1), nn.LazyBatchNorm2d(), nn.MaxPool2d(2), nn.ReLU(), nn.LazyConv2d(64, 3, padding=1), nn.LazyBatchNorm2d(), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(512), nn.LazyBatchNorm1d(), nn.ReLU(), nn.Dropout(), nn.LazyLinear(256), nn.LazyBatchNorm1d(), nn.ReLU(), nn.Dropout(), nn.LazyLinear(10))

    def forward(self, images):
        return self.layers(images)
