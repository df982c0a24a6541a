"""Prints lines of a million characters: a pattern that looks for the last carriage return takes hours."""
# says: 5 of 5 points
# limits: cell_cpu_seconds=10
# costs: 6
# %% double
print("x" * 1_500_000)
print("1%\r" * 500_000)
def double(number):
    return 2 * number
