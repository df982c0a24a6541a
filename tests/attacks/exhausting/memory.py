"""Takes all memory: the machine would begin to kill other processes."""
# loses: double-hidden
# says: took too much memory
# limits: cell_cpu_seconds=10
# %% double
blocks = []
for _ in range(60):
    blocks.append(b"x" * 50_000_000)
def double(number):
    return 2 * number
