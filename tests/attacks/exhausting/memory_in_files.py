"""Fills shared memory and scratch, which count for no process."""
# says: No space left
# %% double
import os
written = 0
for folder in ("/dev/shm", "/tmp"):
    try:
        with open(folder + "/big", "wb", 0) as file:
            for _ in range(200):
                written += file.write(b"x" * 1_000_000)
    except OSError as error:
        print("stopped:", error.strerror)
def double(number):
    return 2 * number
