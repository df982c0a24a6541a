"""Lazy layers throughout; the shapes by hand are not needed."""
# %% conv-max-pool
class ConvMaxPoolNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.LazyConv2d(32, 3, padding='same')
        self.max_pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.LazyConv2d(64, 3, padding='same')
        self.max_pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.LazyConv2d(100, 3, padding='same')
        self.max_pool3 = nn.MaxPool2d(2)
        self.relu, self.output = nn.ReLU(), nn.LazyLinear(10)

    def forward(self, images):
        for n in (1, 2, 3):
            images = getattr(self, f'max_pool{n}')(self.relu(getattr(self, f'conv{n}')(images)))
        return self.output(images.flatten(1))
# %% conv-batch-norm
class ConvBatchNormNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.LazyConv2d(32, 3, stride=2, padding=1)
        self.batchNorm1 = nn.LazyBatchNorm2d()
        self.conv2 = nn.LazyConv2d(64, 3, stride=2, padding=1)
        self.batchNorm2 = nn.LazyBatchNorm2d()
        self.conv3 = nn.LazyConv2d(100, 3, stride=2, padding=1)
        self.batchNorm3 = nn.LazyBatchNorm2d()
        self.relu, self.pool, self.output = nn.ReLU(), nn.AdaptiveAvgPool2d((1, 1)), nn.LazyLinear(10)

    def forward(self, images):
        for n in (1, 2, 3):
            images = getattr(self, f'batchNorm{n}')(self.relu(getattr(self, f'conv{n}')(images)))
        return self.output(self.pool(images)[..., 0, 0])
