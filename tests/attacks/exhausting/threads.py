"""Starts threads until the system has none left."""
# says: stopped: can't start new thread
# %% double
import threading, time
try:
    for _ in range(500):
        threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
except RuntimeError as error:
    print("stopped:", error)
def double(number):
    return 2 * number
