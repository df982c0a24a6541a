"""Builds its blocks in loops."""
# %% deep-cnn
class DeepCNN(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for before, after, pool in ((1, 32, 1), (32, 64, 2), (64, 64, 2)):
            layers += [nn.Conv2d(before, after, 3, padding="same"), nn.BatchNorm2d(after)]
            layers += [nn.MaxPool2d(pool), nn.ReLU()]
        layers.append(nn.Flatten())
        for before, after in ((7 * 7 * 64, 512), (512, 256)):
            layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.ReLU(), nn.Dropout()]
        self.network = nn.Sequential(*layers, nn.Linear(256, 10))

    def forward(self, images):
        return self.network(images)
