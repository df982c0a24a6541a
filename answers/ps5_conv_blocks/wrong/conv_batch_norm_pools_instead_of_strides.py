"""Halves the size by max pooling instead of strides, with the same parameters."""

# loses: conv-batch-norm-hidden
# %% conv-batch-norm
class ConvBatchNormNetwork(nn.Module):
    """Three blocks of strided convolution, ReLU and batch normalisation, the mean of each channel, a linear layer.

    Input: images (batch, 1, 28, 28). Output: logits (batch, 10).
    """

    def __init__(self):
        super().__init__()
        self.relu = nn.ReLU()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(64, 100, kernel_size=3, padding=1)
        self.batchNorm1 = nn.BatchNorm2d(32)
        self.batchNorm2 = nn.BatchNorm2d(64)
        self.batchNorm3 = nn.BatchNorm2d(100)
        self.max_pool = nn.MaxPool2d(2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.output = nn.Linear(100, 10)

    def forward(self, images):
        """Return the logits (batch, 10) of images (batch, 1, 28, 28)."""
        x = self.max_pool(self.batchNorm1(self.relu(self.conv1(images))))
        x = self.max_pool(self.batchNorm2(self.relu(self.conv2(x))))
        x = self.max_pool(self.batchNorm3(self.relu(self.conv3(x))))
        x = torch.flatten(self.pool(x), 1)
        return self.output(x)
