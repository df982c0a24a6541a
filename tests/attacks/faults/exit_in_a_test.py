"""Ends its process in the middle of a test."""
# loses: double-hidden
# says: ended while this cell ran
# %% double
def double(number):
    import os; os._exit(0)
