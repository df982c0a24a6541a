"""Measures the number of features with an empty image."""
# %% flexible-cnn
class FlexibleCNN(nn.Module):
    def __init__(self, kernel_size=5, activation=torch.relu):
        super().__init__()
        self.activation = activation
        self.conv1 = nn.Conv2d(1, 10, kernel_size)
        self.conv2 = nn.Conv2d(10, 20, kernel_size)
        with torch.no_grad():
            features = self.blocks(torch.zeros(1, 1, 28, 28)).numel()
        self.output = nn.Linear(features, 10)

    def blocks(self, images):
        maps = self.activation(F.max_pool2d(self.conv1(images), 2))
        return self.activation(F.max_pool2d(self.conv2(maps), 2))

    def forward(self, images):
        return self.output(self.blocks(images).flatten(1))
