"""Normalises the first block, which this network does not."""
# loses: simple-cnn-hidden
# %% simple-cnn
class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU()
        self.output = nn.Linear(320, 10)
        self.norm = nn.BatchNorm2d(10)

    def forward(self, images):
        maps = self.relu(self.pool(self.norm(self.conv1(images))))
        maps = self.relu(self.pool(self.conv2(maps)))
        return self.output(torch.flatten(maps, start_dim=1))
