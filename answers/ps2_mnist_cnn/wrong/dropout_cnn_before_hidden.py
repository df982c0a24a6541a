"""Drops what goes into the hidden layer."""
# loses: dropout-cnn-hidden
# %% dropout-cnn
class DropoutCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.hidden = nn.Linear(320, 50)
        self.dropout = nn.Dropout(0.5)
        self.output = nn.Linear(50, 10)

    def forward(self, images):
        maps = F.relu(F.max_pool2d(self.conv1(images), 2))
        maps = F.relu(F.max_pool2d(self.conv2(maps), 2))
        hidden = F.relu(self.hidden(self.dropout(maps.flatten(1))))
        return self.output(hidden)
