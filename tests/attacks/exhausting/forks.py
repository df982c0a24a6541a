"""Starts processes until the system has none left."""
# says: stopped: Resource temporarily unavailable
# limits: cell_cpu_seconds=10, cell_wall_seconds=60, processes=40
# %% double
import os, time
started = 0
try:
    for _ in range(500):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        started += 1
except OSError as error:
    print("stopped:", error.strerror)
def double(number):
    return 2 * number
