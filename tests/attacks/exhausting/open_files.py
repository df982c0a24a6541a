"""Opens files until no more can be opened."""
# says: stopped: Too many open files
# limits: open_files=128
# %% double
opened = []
try:
    for _ in range(2_000):
        opened.append(open("/dev/null"))
except OSError as error:
    print("stopped:", error.strerror)
opened.clear()
def double(number):
    return 2 * number
