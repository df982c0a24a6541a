"""Is a Sequential that pools to given sizes and ends in LogSoftmax."""
# %% simple-cnn
class SimpleCNN(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 10, 5), nn.AdaptiveMaxPool2d(12), nn.ReLU(inplace=True),
            nn.Conv2d(10, 20, 5), nn.AdaptiveMaxPool2d(4), nn.ReLU(inplace=True),
            nn.Flatten(), nn.Linear(320, 10), nn.LogSoftmax(dim=1),
        )
