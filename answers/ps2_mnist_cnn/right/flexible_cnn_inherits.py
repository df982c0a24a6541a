"""Builds on SimpleCNN's layers by inheritance from nn.Module with a loop."""
# %% flexible-cnn
class FlexibleCNN(nn.Module):
    def __init__(self, kernel_size=5, activation=torch.relu):
        super().__init__()
        self.convolutions = nn.ModuleList([nn.Conv2d(1, 10, kernel_size), nn.Conv2d(10, 20, kernel_size)])
        self.function = activation
        first = (29 - kernel_size) // 2
        second = (first + 1 - kernel_size) // 2
        self.output = nn.Linear(20 * second**2, 10)

    def forward(self, maps):
        for convolution in self.convolutions:
            maps = self.function(F.max_pool2d(convolution(maps), kernel_size=2, stride=2))
        return self.output(maps.reshape(maps.shape[0], -1))
