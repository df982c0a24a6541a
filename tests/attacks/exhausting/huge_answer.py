"""Answers with an array of hundreds of megabytes: the judge would have to hold it."""
# loses: double-hidden
# says: the array has 400,000,000 bytes, more than
# limits: cell_cpu_seconds=6, cell_wall_seconds=20, memory_bytes=2_000_000_000
# %% double
import numpy as np
def double(number):
    return np.zeros(50_000_000)
