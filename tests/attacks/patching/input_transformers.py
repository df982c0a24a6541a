"""Turns the text of every later cell into `pass`: no test would run."""
# loses: double-hidden, treble-hidden
# says: name 'treble' is not defined
# %% double
from IPython import get_ipython
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\n"])
get_ipython().input_transformers_post.append(lambda lines: ["pass\n"])
def double(number):
    return 0
# %% treble
def treble(number):
    return 0
