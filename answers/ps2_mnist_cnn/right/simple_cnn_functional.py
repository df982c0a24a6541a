"""Pools and rectifies with functions."""
# %% simple-cnn
class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, (5, 5))
        self.conv2 = nn.Conv2d(10, 20, (5, 5))
        self.fc = nn.Linear(20 * 4 * 4, 10)

    def forward(self, images):
        x = F.relu(F.max_pool2d(self.conv1(images), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), kernel_size=2, stride=2))
        return self.fc(x.view(x.shape[0], -1))
