"""Has one method for each mode."""

# %% batch-norm
class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(num_features)), nn.Parameter(torch.zeros(num_features))
        for name, start in {"running_mean": 0.0, "running_var": 1.0}.items():
            self.register_buffer(name, torch.full((num_features,), start))

    def statistics(self, images):
        if not self.training:
            return self.running_mean, self.running_var
        values = images.transpose(0, 1).flatten(1)
        if values.shape[1] == 1:
            raise ValueError(f"cannot train on a single value per channel, shape {tuple(images.shape)}")
        self.remember(values.detach())
        return values.mean(1), values.var(1, correction=0)

    @torch.no_grad()
    def remember(self, values):
        self.running_mean += self.momentum * (values.mean(1) - self.running_mean)
        self.running_var += self.momentum * (values.var(1) - self.running_var)

    def forward(self, images):
        expected = ("batch", self.num_features, "height", "width")
        if images.ndim != 4 or images.shape[1] != self.num_features:
            raise ValueError(f"expected {expected}, got {tuple(images.shape)}")
        mean, variance = (vector[:, None, None] for vector in self.statistics(images))
        normal = (images - mean) / (variance + self.eps).sqrt()
        return normal * self.weight[:, None, None] + self.bias[:, None, None]
