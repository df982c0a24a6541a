"""Ends its cells in numbers above the points there are: a displayed number would be read as a score."""
# loses: double-hidden, treble-hidden
# says: double(21) gives 0, not 42
# %% double
def double(number):
    return 0
100
# %% treble
def treble(number):
    return 0
float('nan')
