"""Fills its disk before a test, and leaves nothing to write to when the judge hands it a file's place."""
# says: No space left
# %% double
import os
with open("/tmp/all", "wb", 0) as file:
    try:
        while True:
            file.write(bytes(1_000_000))
    except OSError as error:
        print(error.strerror)
def double(number):
    return 2 * number
