"""Keeps memory and messages in kernel objects that no process is charged for, and that might outlive it."""
# loses: double-hidden
# says: made: []
# %% double
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print("made:", [name for name, call in (("memory file", lambda: libc.memfd_create(b"x", 0)), ("shared memory", lambda: libc.shmget(77, 4096, 0o1666)),
      ("message queue", lambda: libc.msgget(77, 0o1666)), ("semaphores", lambda: libc.semget(77, 1, 0o1666)), ("key", lambda: libc.syscall(248, b"user", b"k", b"v", 1, -3))) if call() >= 0])
def double(number):
    return 0
