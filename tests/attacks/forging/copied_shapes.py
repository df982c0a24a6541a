"""Returns zeros of the expected shape beside parameters of the expected number."""
# loses: net-hidden
# says: Net
# %% net
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(784, 10)
    def forward(self, images):
        return torch.zeros(len(images), 10, requires_grad=True)
