"""The networks are Sequentials themselves; ReLU comes after max pooling, which is the same."""


# %% conv-max-pool
class ConvMaxPoolNetwork(nn.Sequential):
    def __init__(self):
        layers = []
        for before, after in ((1, 32), (32, 64), (64, 100)):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()]
        super().__init__(*layers, nn.Flatten(start_dim=1), nn.Linear(900, 10))


# %% conv-batch-norm
class ConvBatchNormNetwork(nn.Sequential):
    @staticmethod
    def block(before, after):
        return nn.Sequential(nn.Conv2d(before, after, 3, 2, 1), nn.ReLU(), nn.BatchNorm2d(after))

    def __init__(self):
        super().__init__(
            self.block(1, 32),
            self.block(32, 64),
            self.block(64, 100),
            nn.AvgPool2d(kernel_size=4),
            nn.Flatten(),
            nn.Linear(100, 10),
        )
