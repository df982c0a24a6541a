"""Spreads its memory over many processes: a limit per process would never strike."""
# loses: double-hidden
# says: took too much memory
# limits: cell_cpu_seconds=10
# %% double
import os, time
children = []
for _ in range(10):
    if os.fork() == 0:
        block = b"x" * 150_000_000
        time.sleep(20)
        os._exit(0)
time.sleep(20)
def double(number):
    return 2 * number
