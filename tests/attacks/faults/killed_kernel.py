"""Kills its own kernel."""
# loses: double-hidden
# says: ended the kernel; a new one took over
# %% double
import os
os.kill(os.getpid(), 9)
def double(number):
    return 2 * number
