"""Lets the last pooling round up, to 4×4, and widens the output layer to fit."""

# loses: conv-max-pool-hidden
# %% conv-max-pool
class ConvMaxPoolNetwork(nn.Module):
    """Three blocks of convolution, ReLU and max pooling, then a linear layer.

    Input: images (batch, 1, 28, 28). Output: logits (batch, 10).
    """

    def __init__(self):
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(64, 100, kernel_size=3, padding=1)
        self.max_pool1 = nn.MaxPool2d(2)
        self.max_pool2 = nn.MaxPool2d(2)
        self.max_pool3 = nn.MaxPool2d(2, ceil_mode=True)
        self.output = nn.Linear(1600, 10)

    def forward(self, images):
        """Return the logits (batch, 10) of images (batch, 1, 28, 28)."""
        x = self.max_pool1(self.relu(self.conv1(images)))
        x = self.max_pool2(self.relu(self.conv2(x)))
        x = self.max_pool3(self.relu(self.conv3(x)))
        x = torch.flatten(x, 1)
        return self.output(x)
