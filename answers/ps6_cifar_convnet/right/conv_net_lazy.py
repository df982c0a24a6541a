"""Lazy layers, batch normalisation among them."""
# %% conv-net
class ConvNet(nn.Module):
    def __init__(self, n_channels, n_classes, width=64):
        super().__init__()
        stages = []
        for multiples in ((1,), (2,), (4, 4), (8, 8), (8, 8)):
            for multiple in multiples:
                stages += [nn.LazyConv2d(multiple * width, 3, padding=1), nn.LazyBatchNorm2d(), nn.ReLU(inplace=True)]
            stages.append(nn.MaxPool2d(3, 2, 1))
        self.layers = nn.Sequential(*stages, nn.Flatten(), nn.LazyLinear(n_classes))

    def forward(self, images):
        return self.layers(images)
