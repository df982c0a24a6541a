"""Is the end of a process told by its handle, and are handles given back?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from coursepack.sandbox.process_handles import ProcessHandles
from coursepack.sandbox.resource_usage import ResourceUsage


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def two() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two processes that end when they are told."""
    with ExitStack() as stack:
        command = [sys.executable, "-c", "input()"]
        yield [stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE)) for _ in range(2)]


def end(process: subprocess.Popen[bytes]) -> None:
    """Let a process end, and do not wait for it."""
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


def test_is_the_end_of_one_process_told(two: list[subprocess.Popen[bytes]]) -> None:
    """Even if nobody has waited for it yet?"""
    handles = ProcessHandles([process.pid for process in two])
    assert (handles.any_ended(), handles.all_ended()) == (False, False)
    end(two[1])
    assert (handles.any_ended(), handles.all_ended()) == (True, False)
    end(two[0])
    assert (handles.any_ended(), handles.all_ended()) == (True, True)
    handles.close()


def test_is_a_process_that_is_gone_one_that_has_ended(two: list[subprocess.Popen[bytes]]) -> None:
    two[0].communicate(b"\n")
    handles = ProcessHandles([process.pid for process in two])
    assert (handles.any_ended(), handles.all_ended()) == (True, False)
    handles.close()


def test_are_handles_given_back(two: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Even those that were there when no more could be had?"""
    before, pids = open_files(), [process.pid for process in two]
    handles = ProcessHandles(pids)
    assert open_files() == before + 2
    handles.close()
    handles.close()
    assert (open_files(), handles.any_ended()) == (before, True)
    some, real = iter([True, False]), os.pidfd_open

    def few(pid: int) -> int:
        if next(some):
            return real(pid)
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "pidfd_open", few)
    with pytest.raises(OSError, match="Too many"):
        ProcessHandles(pids)
    assert open_files() == before


def test_is_the_memory_of_a_process_seen_whose_first_thread_has_ended() -> None:
    """Although Linux shows none for the process itself?"""
    script = """
import ctypes, platform, threading, time
def hold():
    time.sleep(0.2)
    held = b"x" * 100_000_000
    print(len(held), flush=True)
    time.sleep(600)
threading.Thread(target=hold).start()
ctypes.CDLL(None).syscall(60 if platform.machine() == "x86_64" else 93, 0)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        until, meter = time.monotonic() + 60, ResourceUsage(process.pid)
        while "Z" not in Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]:
            assert time.monotonic() < until
        assert meter.memory(10**12) > 100_000_000
        assert meter.memory(0) > 100_000_000
        process.kill()
