"""Stages in a ModuleList; one pooling and one ReLU for all."""
# %% conv-net
def conv_stage(before, channels):
    layers = []
    for after in channels:
        layers.append(nn.Conv2d(before, after, 3, 1, 1))
        layers.append(nn.BatchNorm2d(after))
        layers.append(nn.ReLU(inplace=True))
        before = after
    return nn.Sequential(*layers)


class ConvNet(nn.Module):
    def __init__(self, n_channels, n_classes, width=64):
        super().__init__()
        self.output = nn.Linear(8 * width, n_classes)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.stages = nn.ModuleList()
        for before, channels in (
            (n_channels, [width]),
            (width, [2 * width]),
            (2 * width, [4 * width, 4 * width]),
            (4 * width, [8 * width, 8 * width]),
            (8 * width, [8 * width, 8 * width]),
        ):
            self.stages.append(conv_stage(before, channels))

    def forward(self, images):
        x = images
        for stage in self.stages:
            x = self.pool(stage(x))
        return self.output(x.view(len(x), -1))
