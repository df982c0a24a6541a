"""Calls the number of filters F and the batch torch, which are libraries elsewhere in the notebook."""

# %% conv-layer
import torch
import torch.nn.functional as F


def conv_layer(images, weights, bias, stride=1, padding=0):
    F, C, k, _ = weights.shape  # F filters
    rims = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    torch = np.pad(images, rims)
    windows = np.lib.stride_tricks.sliding_window_view(torch, (k, k), axis=(2, 3))[:, :, ::stride, ::stride]
    maps = np.einsum("bcijuv,ocuv->boij", windows, weights) + bias.reshape(1, F, 1, 1)
    return maps.astype(np.result_type(images, weights, bias))
