"""Keeps the running estimates as frozen parameters."""

# loses: batch-norm-keeps-hidden
# %% batch-norm
class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = nn.Parameter(torch.zeros(num_features), requires_grad=False)
        self.running_var = nn.Parameter(torch.ones(num_features), requires_grad=False)

    def forward(self, images):
        if images.dim() != 4 or images.size(1) != self.num_features:
            raise ValueError(f"need (batch, {self.num_features}, height, width), not {tuple(images.shape)}")
        if self.training:
            n = images.numel() / images.size(1)
            if n < 2:
                raise ValueError("one value per channel is too few to train on")
            mean = images.mean(dim=(0, 2, 3))
            var = images.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                m = self.momentum
                self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
                self.running_var.copy_((1 - m) * self.running_var + m * var * n / (n - 1))
        else:
            mean, var = self.running_mean, self.running_var
        shape = (1, -1, 1, 1)
        x_hat = (images - mean.view(shape)) / torch.sqrt(var.view(shape) + self.eps)
        return self.weight.view(shape) * x_hat + self.bias.view(shape)
