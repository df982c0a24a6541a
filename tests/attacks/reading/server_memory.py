"""Reads the memory of every other process: the fork server's, its guards', the judge's."""
# loses: double-hidden
# says: opened: []
# %% double
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(4096)
opened = []
for pid in [1, 2, 3, os.getppid(), WITNESS_PID]:
    if str(pid) in os.listdir("/proc/self/task"):
        continue
    try:
        open(f"/proc/{pid}/mem", "rb").close()
        opened.append(pid)
    except OSError:
        pass
    mine, theirs = Piece(ctypes.addressof(buffer), 4096), Piece(id(opened), 4096)
    if libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) >= 0:
        opened.append(-pid)
print("opened:", opened)
def double(number):
    return 0
