"""Build a seccomp filter that refuses system calls that a notebook does not need and that help an escape.

The filter is compiled by the system's libseccomp, which bubblewrap and systemd users have anyway; without it only the
other walls protect.
"""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import errno
import os
from functools import cache

ALLOW, ERRNO = 0x7FFF_0000, 0x0005_0000
COMPARE_MASKED = 7
# clone(2) with any of these flags makes a namespace.
NAMESPACE_FLAGS = 0x7E02_0000
REFUSED = (
    # a way to more privileges, or to other processes
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "fsopen", "fsmount", "move_mount", "open_tree"),
    *("mount_setattr", "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise"),
    # large or young parts of the kernel with a history of faults
    *("bpf", "userfaultfd", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("keyctl", "add_key", "request_key", "init_module", "finit_module", "delete_module", "kexec_load"),
    *("open_by_handle_at", "name_to_handle_at", "personality", "quotactl", "acct", "swapon", "swapoff", "reboot"),
    *("vhangup", "fanotify_init", "lookup_dcookie", "syslog", "iopl", "ioperm", "modify_ldt"),
    # memory that counts for no process
    *("shmget", "msgget", "semget", "memfd_create", "memfd_secret", "mq_open"),
)


class _Compare(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint),
        ("operation", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    ]


@cache
def filter_program() -> str:
    """Return the compiled filter in base64; empty if libseccomp is missing."""
    name = ctypes.util.find_library("seccomp")
    if name is None:
        return ""
    library = ctypes.CDLL(name, use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_rule_add_array.argtypes = [
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(_Compare)),
    ]
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
    for call in REFUSED:
        _refuse(library, context, call, errno.EPERM)
    # A program falls back from clone3, whose flags a filter cannot see, to clone, whose flags it can.
    _refuse(library, context, "clone3", errno.ENOSYS)
    for bit in (1 << number for number in range(32)):
        if NAMESPACE_FLAGS & bit:
            _refuse(library, context, "clone", errno.EPERM, _Compare(0, COMPARE_MASKED, bit, bit))
    return base64.b64encode(_export(library, context)).decode("ascii")


def _refuse(library: ctypes.CDLL, context: ctypes.c_void_p, call: str, number: int, *rules: _Compare) -> None:
    code = library.seccomp_syscall_resolve_name(call.encode())
    if code < 0:  # unknown to this library or architecture
        return
    array = (_Compare * max(1, len(rules)))(*rules)
    if library.seccomp_rule_add_array(context, ERRNO | number, code, len(rules), array) != 0:
        raise OSError(f"seccomp refuses a rule for {call}")


def _export(library: ctypes.CDLL, context: ctypes.c_void_p) -> bytes:
    reader, writer = os.pipe()
    try:
        if library.seccomp_export_bpf(context, writer) != 0:
            raise OSError("seccomp cannot write its filter")
        os.close(writer)
        parts = []
        while part := os.read(reader, 65_536):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(reader)
        library.seccomp_release(context)
