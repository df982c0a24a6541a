"""Reports weights that are not those it computes with, and ignores those it is given."""
# loses: net-hidden
# says: Net
# %% net
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(784, 10)
    def state_dict(self, *args, **options):
        return {"output.weight": torch.zeros(10, 784), "output.bias": torch.zeros(10)}
    def load_state_dict(self, state, *args, **options):
        return None
    def forward(self, images):
        return torch.zeros(len(images), 10) + 0 * self.output(images.flatten(1))
