"""Breaks the interpreter."""
# loses: double-hidden
# says: ended the kernel; a new one took over
# %% double
import ctypes
ctypes.string_at(0)
def double(number):
    return 2 * number
