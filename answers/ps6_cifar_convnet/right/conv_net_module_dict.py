"""Named stages in a ModuleDict, zeros put around by a layer of their own."""
# %% conv-net
class ConvNet(nn.Module):
    def __init__(self, n_channels, n_classes, width=64):
        super().__init__()
        widths = [[width], [2 * width], [4 * width] * 2, [8 * width] * 2, [8 * width] * 2]
        self.stages = nn.ModuleDict()
        before = n_channels
        for number, stage in enumerate(widths, start=1):
            layers = nn.Sequential()
            for after in stage:
                layers.extend([nn.ZeroPad2d(1), nn.Conv2d(before, after, 3), nn.BatchNorm2d(after), nn.ReLU()])
                before = after
            self.stages[f"stage{number}"] = layers.append(nn.MaxPool2d(3, stride=2, padding=1))
        self.output = nn.Linear(before, n_classes)

    def forward(self, images):
        for stage in self.stages.values():
            images = stage(images)
        return self.output(images.mean(dim=(-2, -1)))
