"""Pads by hand before the convolution."""
# %% two-conv-net
class TwoConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5)
        self.conv2 = nn.Conv2d(8, 16, 5)
        self.hidden = nn.Linear(784, 128)
        self.output = nn.Linear(128, 10)

    def forward(self, images):
        maps = F.max_pool2d(F.relu(self.conv1(F.pad(images, (2, 2, 2, 2)))), 2)
        maps = F.max_pool2d(F.relu(self.conv2(F.pad(maps, (2, 2, 2, 2)))), 2)
        hidden = F.relu(self.hidden(maps.flatten(1)))
        return self.output(hidden)
