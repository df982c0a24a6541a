"""Ends its process some time after its cell: whatever runs then would be blamed, and every later cell lost."""
# says: some time after its own end; it was left out
# %% setup
import os, threading
threading.Timer(0.4, os._exit, [0]).start()
# %% double
import time; time.sleep(0.8)
def double(number):
    return 2 * number
