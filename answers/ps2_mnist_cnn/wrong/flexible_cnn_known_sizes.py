"""Knows the features of the kernel sizes of the text and the tests that it can see, and no other."""
# loses: flexible-cnn-hidden
# %% flexible-cnn
class FlexibleCNN(nn.Module):
    def __init__(self, kernel_size=5, activation=torch.relu):
        super().__init__()
        self.activation = activation
        self.conv1 = nn.Conv2d(1, 10, kernel_size)
        self.conv2 = nn.Conv2d(10, 20, kernel_size)
        self.output = nn.Linear({1: 980, 3: 500, 5: 320, 7: 80, 9: 20}[kernel_size], 10)

    def forward(self, images):
        maps = self.activation(F.max_pool2d(self.conv1(images), 2))
        maps = self.activation(F.max_pool2d(self.conv2(maps), 2))
        return self.output(maps.flatten(1))
