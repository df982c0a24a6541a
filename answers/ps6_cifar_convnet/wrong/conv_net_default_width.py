"""Has another width unless told."""
# loses: conv-net-hidden
# %% conv-net
class ConvNet(nn.Module):
    """Eight convolutions, each with batch normalisation and ReLU, in five stages that end in max pooling.

    Args:
        n_channels: number of channels of the images.
        n_classes: number of classes.
        width: output channels of the first convolution; the others have 2, 4, 4, 8, 8, 8 and 8 times as many.

    Input: images (batch, n_channels, 32, 32). Output: logits (batch, n_classes).
    """

    def __init__(self, n_channels, n_classes, width=32):
        super().__init__()
        layers, before = [], n_channels
        for stage in ((1,), (2,), (4, 4), (8, 8), (8, 8)):
            for multiple in stage:
                after = multiple * width
                layers += [nn.Conv2d(before, after, kernel_size=3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
                before = after
            layers.append(nn.MaxPool2d(kernel_size=3, stride=2, padding=1))
        self.features = nn.Sequential(*layers)
        self.output = nn.Linear(before, n_classes)

    def forward(self, images):
        """Return the logits (batch, n_classes) of images (batch, n_channels, 32, 32)."""
        return self.output(torch.flatten(self.features(images), start_dim=1))
