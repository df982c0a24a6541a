"""Ends every kernel at once: each new one costs time, and no notebook may have them without end."""
# loses: double-hidden, treble-hidden
# says: process ended
# limits: restarts=1
# %% double
def double(number):
    import os; os._exit(0)
# %% treble
import os; os._exit(0)
