"""One ReLU and one pooling for all blocks; average pooling of the right size; squeeze with dimensions."""


# %% conv-max-pool
class ConvMaxPoolNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(900, 10)
        self.conv3 = nn.Conv2d(64, 100, 3, 1, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1, 1)
        self.conv1 = nn.Conv2d(1, 32, 3, 1, 1)
        self.relu = nn.ReLU()
        self.max_pool1 = self.max_pool2 = self.max_pool3 = nn.MaxPool2d(2, 2)

    def forward(self, images):
        out = self.conv1(images)
        out = self.relu(out)
        out = self.max_pool1(out)
        out = self.conv2(out)
        out = self.relu(out)
        out = self.max_pool2(out)
        out = self.conv3(out)
        out = self.relu(out)
        out = self.max_pool3(out)
        out = out.view(out.size(0), -1)
        return self.output(out)


# %% conv-batch-norm
class ConvBatchNormNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(100, 10)
        self.conv1 = nn.Conv2d(1, 32, 3, 2, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 2, 1)
        self.conv3 = nn.Conv2d(64, 100, 3, 2, 1)
        self.relu = nn.ReLU()
        self.batchNorm3 = nn.BatchNorm2d(100)
        self.batchNorm2 = nn.BatchNorm2d(64)
        self.batchNorm1 = nn.BatchNorm2d(32)
        self.pool = nn.AvgPool2d(4)

    def forward(self, images):
        out = self.batchNorm1(self.relu(self.conv1(images)))
        out = self.batchNorm2(self.relu(self.conv2(out)))
        out = self.batchNorm3(self.relu(self.conv3(out)))
        out = torch.squeeze(self.pool(out), dim=(2, 3))
        return self.output(out)
