"""Answers with a list nested a hundred thousand deep: whoever walks it runs out of stack."""
# loses: double-hidden
# says: the value is nested too deeply
# %% double
def double(number):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
