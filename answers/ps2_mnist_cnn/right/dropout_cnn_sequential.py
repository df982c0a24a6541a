"""As two nn.Sequential."""
# %% dropout-cnn
class DropoutCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps = nn.Sequential(
            *(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU())
        )
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(320, 50), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(50, 10)
        )

    def forward(self, images):
        return self.head(self.maps(images))
