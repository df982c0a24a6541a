"""Asks torch for a thousand threads and for a GPU, to compute faster than the others."""
# loses: double-hidden
# says: Thread creation failed|new one took over
# %% double
import os, torch
torch.set_num_threads(1000)
print("GPU:", torch.cuda.is_available())
try:
    torch.rand(300, 300) @ torch.rand(300, 300)
except RuntimeError as error:
    print("stopped:", error)
def double(number):
    return 2 * number
