"""Empties the interpreter's modules: nothing in the kernel works any more."""
# loses: double-hidden
# says: would not stop at its time limit
# limits: cell_wall_seconds=2
# %% double
def double(number):
    return 2 * number
import sys, IPython
sys.modules.clear()
IPython.get_ipython().run_cell = None
