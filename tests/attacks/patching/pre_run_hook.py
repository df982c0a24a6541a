"""Saves each cell's text before it runs and empties it: would give away hidden tests and disarm them."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
# %% double
from IPython import get_ipython
seen = []
def spy(info):
    seen.append(info.raw_cell)
    info.raw_cell = "pass"
get_ipython().events.register("pre_run_cell", spy)
get_ipython().events.register("pre_execute", lambda: print(seen))
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
