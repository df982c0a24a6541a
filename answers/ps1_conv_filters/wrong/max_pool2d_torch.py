"""Lets PyTorch do the work."""

# loses: max-pool2d-hidden
# %% max-pool2d
import torch


def max_pool2d(image, kernel_size=2, stride=None):
    pooled = torch.nn.functional.max_pool2d(torch.from_numpy(image)[None].double(), kernel_size, stride)
    return pooled[0].numpy().astype(image.dtype)
