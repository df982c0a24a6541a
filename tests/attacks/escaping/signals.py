"""Ends other processes: the one that grades, the others' kernels."""
# loses: double-hidden
# says: reached: [1]
# %% double
import os, signal
hit = []
for pid in [WITNESS_PID, *range(1, 3000)]:
    if str(pid) not in os.listdir("/proc/self/task"):
        try:
            os.kill(pid, 0)
            hit.append(pid)
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
print("reached:", hit)
def double(number):
    return 0
