"""A lazy output layer fits any kernel size."""
# %% flexible-cnn
class FlexibleCNN(nn.Module):
    def __init__(self, kernel_size=5, activation=torch.relu):
        super().__init__()
        self.activation = activation
        self.conv1, self.conv2 = nn.Conv2d(1, 10, kernel_size), nn.Conv2d(10, 20, kernel_size)
        self.output = nn.LazyLinear(10)

    def forward(self, images):
        for conv in (self.conv1, self.conv2):
            images = self.activation(F.max_pool2d(conv(images), 2))
        return self.output(images.flatten(1))
