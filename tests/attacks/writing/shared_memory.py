"""Overwrites other processes' shared memory and leaves a block for the next notebook."""
# loses: double-hidden
# says: no such block
# %% double
import os
try:
    open("/dev/shm/SHARED_NAME", "r+b").write(b"overwritten")
    print("overwritten")
except OSError:
    print("no such block")
open("/dev/shm/SHARED_NAME", "wb").write(b"mine")
open("/dev/shm/left-behind", "wb").write(b"mine")
def double(number):
    return 0
