"""Groups each block in a Sequential."""
# %% simple-cnn
class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.block1 = nn.Sequential(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU())
        self.block2 = nn.Sequential(nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU())
        self.classifier = nn.Linear(320, 10)

    def forward(self, images):
        return self.classifier(self.block2(self.block1(images)).flatten(1))
