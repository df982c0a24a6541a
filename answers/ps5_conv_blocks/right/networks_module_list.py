"""Blocks are made and run in loops over a ModuleList."""


# %% conv-max-pool
class ConvMaxPoolNetwork(nn.Module):
    def __init__(self, channels=(1, 32, 64, 100)):
        super().__init__()
        pairs = zip(channels, channels[1:])
        self.convolutions = nn.ModuleList(nn.Conv2d(before, after, 3, padding=1) for before, after in pairs)
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)
        self.output = nn.Linear(channels[-1] * 3 * 3, 10)

    def forward(self, x):
        for convolution in self.convolutions:
            x = self.pool(torch.relu(convolution(x)))
        return self.output(x.reshape(len(x), -1))


# %% conv-batch-norm
class ConvBatchNormNetwork(nn.Module):
    def __init__(self, channels=(1, 32, 64, 100)):
        super().__init__()
        self.blocks = nn.ModuleList()
        for before, after in zip(channels, channels[1:]):
            self.blocks.append(
                nn.ModuleDict({"norm": nn.BatchNorm2d(after), "conv": nn.Conv2d(before, after, 3, stride=2, padding=1)})
            )
        self.output = nn.Linear(channels[-1], 10)

    def forward(self, x):
        for block in self.blocks:
            x = block["norm"](block["conv"](x).clamp(min=0))
        return self.output(x.mean(dim=(2, 3)))
