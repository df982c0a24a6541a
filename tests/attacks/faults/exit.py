"""Ends its process without a word: a whole submission, or the batch, could be lost with it."""
# loses: double-hidden
# says: ended the kernel; a new one took over
# %% double
import os
os._exit(0)
def double(number):
    return 2 * number
