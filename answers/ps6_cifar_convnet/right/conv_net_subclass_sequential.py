"""A Sequential with a constructor of its own."""
# %% conv-net
class ConvNet(nn.Sequential):
    def __init__(self, n_channels, n_classes, width=64):
        widths = [n_channels] + [multiple * width for multiple in (1, 2, 4, 4, 8, 8, 8, 8)]
        layers = []
        for number in range(8):
            layers += [nn.Conv2d(widths[number], widths[number + 1], 3, padding=1)]
            layers += [nn.BatchNorm2d(widths[number + 1]), nn.ReLU()]
            if number in (0, 1, 3, 5, 7):
                layers += [nn.MaxPool2d(3, 2, 1)]
        super().__init__(*layers, nn.Flatten(), nn.Linear(8 * width, n_classes))
