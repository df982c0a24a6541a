"""Ignores the interrupt and computes on in C, where no exception reaches."""
# loses: double-hidden
# says: would not stop at its time limit
# limits: cell_cpu_seconds=1
# %% double
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
sum(range(10**12))
def double(number):
    return 2 * number
