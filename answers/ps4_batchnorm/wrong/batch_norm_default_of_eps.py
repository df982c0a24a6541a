"""Has another default for eps."""

# loses: batch-norm-train-hidden
# %% batch-norm
class BatchNorm2d(nn.Module):
    """Batch normalisation of images, as torch.nn.BatchNorm2d does it.

    Args:
        num_features: number of channels.
        eps: ε, added to the variance.
        momentum: weight of a new batch in the running estimates.

    Attributes:
        weight: parameter γ (num_features), ones at first.
        bias: parameter β (num_features), zeros at first.
        running_mean: buffer (num_features), zeros at first.
        running_var: buffer (num_features), ones at first; of unbiased variances.
        num_batches_tracked: buffer, a whole number. PyTorch counts training batches here; you may leave it out.
    """

    def __init__(self, num_features, eps=1e-3, momentum=0.1):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        # TODO: make the parameters weight and bias, and the buffers running_mean and running_var
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, images):
        """Return the normalised, scaled and shifted images, of the same shape (batch, num_features, height, width).

        Raises:
            ValueError: the images have another shape (the message names both), or in train mode a single value per
                channel.
        """
        # TODO: check the shape; take the batch's statistics (and update the running ones) in train mode, the running
        # statistics in eval mode; normalise, scale and shift
        if images.ndim != 4 or images.shape[1] != self.num_features:
            expected = f"(batch, {self.num_features}, height, width)"
            raise ValueError(f"expected images of shape {expected}, got {tuple(images.shape)}")
        if self.training:
            mean, variance = self._learn_statistics(images)
        else:
            mean, variance = self.running_mean, self.running_var
        scale = self.weight / torch.sqrt(variance + self.eps)
        return (images - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]

    def _learn_statistics(self, images):
        """Return the batch's mean and biased variance of each channel, and update the running ones."""
        count = images.numel() // self.num_features
        if count < 2:
            raise ValueError(f"training needs more than one value per channel, got {tuple(images.shape)}")
        mean = images.mean(dim=(0, 2, 3))
        variance = images.var(dim=(0, 2, 3), correction=0)
        with torch.no_grad():
            self.running_mean += self.momentum * (mean - self.running_mean)
            self.running_var += self.momentum * (variance * count / (count - 1) - self.running_var)
            self.num_batches_tracked += 1
        return mean, variance
