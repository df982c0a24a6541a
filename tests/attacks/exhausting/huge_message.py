"""Shows more at once than a message may hold: the connection breaks, and nothing that follows would be seen."""
# says: showed more than
# limits: cell_cpu_seconds=10
# %% double
print("x" * 40_000_000)
def double(number):
    return 2 * number
