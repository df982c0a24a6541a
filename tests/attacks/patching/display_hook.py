"""Makes every cell show 3 and hides every error: a grader that reads displayed values would give points."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
# %% double
import sys
from IPython import get_ipython
sys.displayhook = lambda value: print(3)
sys.excepthook = lambda *args: None
get_ipython().showtraceback = lambda *args, **options: print(3)
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
