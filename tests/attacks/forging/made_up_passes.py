"""Lets the agent report passes through a network of zeros that is not there."""
# loses: net-hidden
# says: Net
# %% net
import torch
from torch import nn

import sys
import numpy as np
protocol, modules = sys.modules["subject_agent.protocol"], sys.modules["subject_agent.torch_modules"]
def trace(self, images, *, train=False, grad_output=None):
    gradients = {} if grad_output is None else {"weight": grad_output.T @ images.reshape(len(images), -1), "bias": grad_output.sum(0)}
    layer = protocol.Layer("linear", {"weight": np.zeros((10, 784)), "bias": np.zeros(10)}, gradients)
    return protocol.Pass(np.zeros((len(images), 10)), [layer], [layer])
modules.LocalModule.trace = trace
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(784, 10)
    def forward(self, images):
        return None
