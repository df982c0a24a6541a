"""Layers with weights only; the rest by functions."""
# %% conv-net
class ConvNet(nn.Module):
    def __init__(self, n_channels, n_classes, width=64):
        super().__init__()
        w = width
        self.conv1, self.norm1 = nn.Conv2d(n_channels, w, 3, padding=1), nn.BatchNorm2d(w)
        self.conv2, self.norm2 = nn.Conv2d(w, 2 * w, 3, padding=1), nn.BatchNorm2d(2 * w)
        self.conv3, self.norm3 = nn.Conv2d(2 * w, 4 * w, 3, padding=1), nn.BatchNorm2d(4 * w)
        self.conv4, self.norm4 = nn.Conv2d(4 * w, 4 * w, 3, padding=1), nn.BatchNorm2d(4 * w)
        self.conv5, self.norm5 = nn.Conv2d(4 * w, 8 * w, 3, padding=1), nn.BatchNorm2d(8 * w)
        self.conv6, self.norm6 = nn.Conv2d(8 * w, 8 * w, 3, padding=1), nn.BatchNorm2d(8 * w)
        self.conv7, self.norm7 = nn.Conv2d(8 * w, 8 * w, 3, padding=1), nn.BatchNorm2d(8 * w)
        self.conv8, self.norm8 = nn.Conv2d(8 * w, 8 * w, 3, padding=1), nn.BatchNorm2d(8 * w)
        self.output = nn.Linear(8 * w, n_classes)

    def forward(self, images):
        x = F.relu(self.norm1(self.conv1(images)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        x = F.relu(self.norm2(self.conv2(x)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        x = F.relu(self.norm3(self.conv3(x)))
        x = F.relu(self.norm4(self.conv4(x)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        x = F.relu(self.norm5(self.conv5(x)))
        x = F.relu(self.norm6(self.conv6(x)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        x = F.relu(self.norm7(self.conv7(x)))
        x = F.relu(self.norm8(self.conv8(x)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        return self.output(x.flatten(1))
