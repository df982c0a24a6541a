"""Closes all of the kernel's files and sockets."""
# loses: double-hidden
# says: double
# limits: cell_wall_seconds=2
# %% double
import os
os.closerange(3, 512)
def double(number):
    return 2 * number
