"""As one nn.Sequential."""
# %% two-conv-net
class TwoConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = []
        for before, after in ((1, 8), (8, 16)):
            blocks += [nn.Conv2d(before, after, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
        self.all = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))

    def forward(self, images):
        return self.all(images)
