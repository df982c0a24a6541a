"""Stops its own process, so that nobody hears from it again."""
# loses: double-hidden
# says: stopped at the time limit
# limits: cell_wall_seconds=2
# %% double
def double(number):
    import os, signal
    os.kill(os.getpid(), signal.SIGSTOP)
    return 2 * number
