"""Fills the disk."""
# says: stopped:
# %% double
try:
    with open("big", "wb") as file:
        for _ in range(200):
            file.write(b"x" * 1_000_000)
except OSError as error:
    print("stopped:", error.strerror)
def double(number):
    return 2 * number
