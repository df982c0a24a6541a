"""Derives from PyTorch's own layer."""

# loses: batch-norm-train-hidden, batch-norm-eval-hidden,
# loses: batch-norm-keeps-hidden, batch-norm-errors-hidden
# %% batch-norm
class BatchNorm2d(nn.BatchNorm2d):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps=eps, momentum=momentum)
