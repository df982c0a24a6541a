"""The classic way: a list of channels and letters for pooling."""
# %% conv-net
class ConvNet(nn.Module):
    CONFIGURATION = [1, "M", 2, "M", 4, 4, "M", 8, 8, "M", 8, 8, "M"]

    def __init__(self, n_channels, n_classes, width=64):
        super().__init__()
        layers = []
        for entry in self.CONFIGURATION:
            if entry == "M":
                layers.append(nn.MaxPool2d(3, stride=2, padding=1))
                continue
            layers.extend((nn.Conv2d(n_channels, entry * width, 3, padding="same"), nn.BatchNorm2d(entry * width)))
            layers.append(nn.ReLU())
            n_channels = entry * width
        self.network = nn.Sequential(*layers, nn.Flatten(), nn.Linear(n_channels, n_classes))

    def forward(self, images):
        return self.network(images)
