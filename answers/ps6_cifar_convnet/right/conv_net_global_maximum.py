"""The last pooling covers all that is left: the maximum of each channel."""
# %% conv-net
class ConvNet(nn.Module):
    def __init__(self, n_channels, n_classes, width=64):
        super().__init__()
        channels = [n_channels, width, 2 * width, 4 * width, 4 * width, 8 * width, 8 * width, 8 * width, 8 * width]
        self.convolutions = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in zip(channels, channels[1:])])
        self.norms = nn.ModuleList([nn.BatchNorm2d(b) for b in channels[1:]])
        self.classifier = nn.Linear(channels[-1], n_classes)

    def forward(self, x):
        for number, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            x = norm(convolution(x)).clamp(min=0)
            if number in (0, 1, 3, 5):
                x = F.max_pool2d(x, 3, 2, 1)
        return self.classifier(x.amax(dim=(-2, -1)))
