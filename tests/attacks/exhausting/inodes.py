"""Makes files until no more can be made."""
# says: stopped: No space left
# limits: scratch_files=1000, cell_cpu_seconds=4
# %% double
made = 0
try:
    for made in range(5_000):
        open(f"file-{made}", "w").close()
except OSError as error:
    print("stopped:", error.strerror)
def double(number):
    return 2 * number
