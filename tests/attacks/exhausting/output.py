"""Prints without end: the notebook, the gradebook's folder and the instructor's browser would fill up."""
# says: showed more than
# limits: cell_output_bytes=200_000, cell_cpu_seconds=4
# %% double
for _ in range(3_000):
    print("x" * 1_000)
def double(number):
    return 2 * number
