"""Lets PyTorch do the work."""

# loses: conv-layer-hidden, conv-layer-geometry-hidden
# %% conv-layer
import torch


def conv_layer(images, weights, bias, stride=1, padding=0):
    tensors = [torch.from_numpy(array.copy()) for array in (images, weights, bias)]
    return torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding).numpy()
