"""Attaches to other processes as a debugger would: could change the server from within."""
# loses: double-hidden
# says: attached: []
# %% double
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print("attached:", [pid for pid in (1, 2, 3, os.getppid(), WITNESS_PID) if libc.ptrace(16, pid, 0, 0) == 0 or libc.ptrace(0x4206, pid, 0, 0) == 0])
def double(number):
    return 0
