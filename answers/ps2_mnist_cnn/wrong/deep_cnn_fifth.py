"""Drops a fifth in place of a half."""
# loses: deep-cnn-hidden
# %% deep-cnn
class DeepCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.conv2, self.norm2 = nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64)
        self.conv3, self.norm3 = nn.Conv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64)
        self.hidden1, self.norm4 = nn.Linear(3136, 512), nn.BatchNorm1d(512)
        self.hidden2, self.norm5 = nn.Linear(512, 256), nn.BatchNorm1d(256)
        self.output = nn.Linear(256, 10)
        self.dropout = nn.Dropout(0.2)

    def forward(self, images):
        maps = F.relu(self.norm1(self.conv1(images)))
        maps = F.relu(F.max_pool2d(self.norm2(self.conv2(maps)), 2))
        maps = F.relu(F.max_pool2d(self.norm3(self.conv3(maps)), 2))
        hidden = self.dropout(F.relu(self.norm4(self.hidden1(maps.flatten(1)))))
        hidden = self.dropout(F.relu(self.norm5(self.hidden2(hidden))))
        return self.output(hidden)
