"""Sends large messages as fast as it can: whoever keeps them all would need gigabytes."""
# says: showed more than
# limits: cell_output_bytes=400_000, cell_cpu_seconds=10
# %% double
from IPython.display import display
for _ in range(40):
    display({"text/plain": "x" * 8_000_000}, raw=True)
def double(number):
    return 2 * number
