"""Reads other processes' blocks of shared memory."""
# loses: double-hidden
# says: blocks: []
# %% double
import os, pathlib
print("blocks:", [(str(path), path.read_bytes()[:200]) for path in pathlib.Path("/dev/shm").iterdir() if path.is_file()])
print(os.path.exists("/dev/shm/SHARED_NAME"))
def double(number):
    return 0
