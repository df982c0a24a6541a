"""`nn.Dropout2d` draws for each channel: for (batch, features) that is each feature."""
# %% dropout-cnn
class DropoutCNN(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = []
        for before, after in ((1, 10), (10, 20)):
            blocks += [nn.Conv2d(before, after, 5), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        self.blocks, self.drop = nn.Sequential(*blocks), nn.Dropout2d(0.5)
        self.hidden, self.output = nn.Linear(320, 50), nn.Linear(50, 10)

    def forward(self, images):
        hidden = self.hidden(self.blocks(images).flatten(1)).relu()
        return self.output(self.drop(hidden[:, :, None, None]).flatten(1))
