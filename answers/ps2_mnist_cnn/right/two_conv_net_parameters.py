"""Convolutions as functions with bare parameters."""
# %% two-conv-net
class TwoConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.kernels1, self.bias1 = nn.Parameter(0.2 * torch.randn(8, 1, 5, 5)), nn.Parameter(torch.zeros(8))
        self.kernels2, self.bias2 = nn.Parameter(0.1 * torch.randn(16, 8, 5, 5)), nn.Parameter(torch.zeros(16))
        self.hidden = nn.Linear(784, 128)
        self.output = nn.Linear(128, 10)

    def forward(self, images):
        maps = F.max_pool2d(F.relu(F.conv2d(images, self.kernels1, self.bias1, padding=2)), 2)
        maps = F.max_pool2d(F.relu(F.conv2d(maps, self.kernels2, self.bias2, padding=2)), 2)
        hidden = F.relu(self.hidden(maps.flatten(1)))
        return self.output(hidden)
