"""Everything by torch.nn.functional, with the weights as parameters made by hand."""

# %% conv-max-pool
import torch.nn.functional as F


def new_weight(*shape):
    weight = torch.empty(*shape)
    nn.init.kaiming_uniform_(weight, a=math.sqrt(5))
    return nn.Parameter(weight)


class ConvMaxPoolNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.output_weight, self.output_bias = new_weight(10, 900), nn.Parameter(torch.zeros(10))
        self.weight1, self.bias1 = new_weight(32, 1, 3, 3), nn.Parameter(torch.zeros(32))
        self.weight2, self.bias2 = new_weight(64, 32, 3, 3), nn.Parameter(torch.zeros(64))
        self.weight3, self.bias3 = new_weight(100, 64, 3, 3), nn.Parameter(torch.zeros(100))

    def forward(self, images):
        x = F.max_pool2d(F.relu(F.conv2d(images, self.weight1, self.bias1, padding=1)), 2)
        x = F.max_pool2d(F.relu(F.conv2d(x, self.weight2, self.bias2, padding=1)), 2)
        x = F.max_pool2d(F.relu(F.conv2d(x, self.weight3, self.bias3, padding="same")), 2)
        return F.linear(x.flatten(1), self.output_weight, self.output_bias)


# %% conv-batch-norm
import torch.nn.functional as F


class ConvBatchNormNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        for number, (before, after) in enumerate([(1, 32), (32, 64), (64, 100)], start=1):
            weight = torch.empty(after, before, 3, 3)
            nn.init.kaiming_uniform_(weight, a=math.sqrt(5))
            self.register_parameter(f"weight{number}", nn.Parameter(weight))
            self.register_parameter(f"bias{number}", nn.Parameter(torch.zeros(after)))
            self.register_parameter(f"gamma{number}", nn.Parameter(torch.ones(after)))
            self.register_parameter(f"beta{number}", nn.Parameter(torch.zeros(after)))
            self.register_buffer(f"mean{number}", torch.zeros(after))
            self.register_buffer(f"variance{number}", torch.ones(after))
        self.output = nn.Linear(100, 10)

    def forward(self, x):
        for number in (1, 2, 3):
            weight, bias, gamma, beta, mean, variance = (
                getattr(self, f"{name}{number}") for name in ("weight", "bias", "gamma", "beta", "mean", "variance")
            )
            x = F.relu(F.conv2d(x, weight, bias, stride=2, padding=1))
            x = F.batch_norm(x, mean, variance, gamma, beta, training=self.training)
        return self.output(F.adaptive_avg_pool2d(x, 1).reshape(x.shape[0], 100))
