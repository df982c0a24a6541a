"""Sleeps through the night when the judge asks: uses no CPU time, but holds up the class."""
# loses: double-hidden
# says: stopped at the time limit
# limits: cell_wall_seconds=2
# %% double
import time
def double(number):
    time.sleep(1000)
    return 2 * number
