"""Pads, rectifies, pools and averages with plain tensor operations."""


# %% conv-max-pool
class ConvMaxPoolNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.conv3 = nn.Conv2d(64, 100, 3)
        self.pad = nn.ZeroPad2d(1)
        self.output = nn.Linear(900, 10)

    def block(self, convolution, x):
        x = torch.maximum(convolution(self.pad(x)), torch.zeros(()).to(x))
        even = x.shape[-1] // 2 * 2
        rows = torch.maximum(x[:, :, 0:even:2], x[:, :, 1:even:2])
        return torch.maximum(rows[..., 0:even:2], rows[..., 1:even:2])

    def forward(self, images):
        x = self.block(self.conv3, self.block(self.conv2, self.block(self.conv1, images)))
        return self.output(x.reshape(x.shape[0], 900))


# %% conv-batch-norm
class ConvBatchNormNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_a, self.norm_a = nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.BatchNorm2d(32)
        self.conv_b, self.norm_b = nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.BatchNorm2d(64)
        self.conv_c, self.norm_c = nn.Conv2d(64, 100, 3, stride=2, padding=1), nn.BatchNorm2d(100)
        self.last = nn.Linear(in_features=100, out_features=10, bias=True)

    def forward(self, images):
        a = self.norm_a(nn.functional.relu(self.conv_a(images)))
        b = self.norm_b(nn.functional.relu(self.conv_b(a)))
        c = self.norm_c(nn.functional.relu(self.conv_c(b)))
        pooled = c.sum(3).sum(2) / (c.shape[2] * c.shape[3])
        logits = self.last(pooled)
        return logits
