"""Pools before the ReLU, which makes no difference and less work; the mean over one pixel."""
# %% conv-net
class ConvNet(nn.Module):
    def __init__(self, n_channels, n_classes, width=64):
        super().__init__()
        pool = nn.MaxPool2d(3, stride=2, padding=1)

        def block(before, after, *more):
            return nn.Sequential(nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), *more, nn.ReLU())

        self.body = nn.Sequential(
            block(n_channels, width, pool),
            block(width, 2 * width, pool),
            block(2 * width, 4 * width),
            block(4 * width, 4 * width, pool),
            block(4 * width, 8 * width),
            block(8 * width, 8 * width, pool),
            block(8 * width, 8 * width),
            block(8 * width, 8 * width, pool),
        )
        self.head = nn.Linear(8 * width, n_classes)

    def forward(self, images):
        return self.head(self.body(images).mean(dim=(2, 3)))
