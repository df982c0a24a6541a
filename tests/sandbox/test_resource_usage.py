"""Is a notebook's memory measured exactly where it matters, and in bounded time?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursepack.sandbox import resource_usage
from coursepack.sandbox.resource_usage import KEPT, LOOKS, ResourceUsage


def open_files() -> set[str]:
    """Return the numbers of the files that this process has open, and of the one that tells it so."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list of processes that were looked at exactly: each owns a byte more than its number says."""
    looks: list[int] = []

    def private(pid: int) -> int:
        looks.append(pid)
        return pid + 1

    monkeypatch.setattr(resource_usage, "_private", private)
    monkeypatch.setattr(resource_usage, "_resident", lambda *_: 1000)
    return looks


def test_a_quick_look_is_enough_where_the_bound_is_low(looked: list[int]) -> None:
    """Is nobody looked at exactly who cannot have too much?"""
    assert ResourceUsage(1).memory(5_000, range(5)) == 5_000
    assert looked == []


def test_a_few_processes_are_all_looked_at(looked: list[int]) -> None:
    """Is the memory of an ordinary notebook exact, each time?"""
    watch = ResourceUsage(1)
    assert [watch.memory(10, range(LOOKS)) for _ in range(2)] == [sum(range(LOOKS + 1))] * 2
    assert looked == [*range(LOOKS)] * 2


def test_of_many_processes_each_has_its_turn(looked: list[int]) -> None:
    """Is a look among hundreds short, and is nobody passed over for ever, whoever comes meanwhile?"""
    watch, many = ResourceUsage(1), list(range(10 * LOOKS))
    for turn in range(10):
        before = len(looked)
        passing = list(range(1000 * turn + 1000, 1000 * turn + 1000 + LOOKS))  # there for one look, like a fork bomb's
        watch.memory(10, [*passing, *many] if turn else many)
        assert len(looked) - before == LOOKS
    assert set(looked) == set(many)
    assert watch.memory(10, many) == sum(number + 1 for number in many)


def test_is_a_process_found_as_soon_as_it_is_there() -> None:
    """Are processes and their ends seen, although the tree is only walked if a process has begun?"""
    meter = ResourceUsage(os.getpid())
    before = meter.cpu_seconds()
    with subprocess.Popen([sys.executable, "-c", "sum(range(10**7)); input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in meter.processes()
        until = time.monotonic() + 60
        while meter.cpu_seconds() - before < 0.05:
            assert time.monotonic() < until
            time.sleep(0.01)
        child.communicate(b"\n")
    subprocess.run([sys.executable, "-c", ""], check=True)
    assert child.pid not in meter.processes()


@pytest.mark.parametrize(("newest", "walks"), [(b"1", 1), (b"", 3)])
def test_is_a_tree_walked_again_only_if_there_may_be_a_new_process(
    monkeypatch: pytest.MonkeyPatch, newest: bytes, walks: int
) -> None:
    """And is it walked each time where nobody says?"""
    asked: list[int] = []

    def children(pid: int) -> list[int]:
        asked.append(pid)
        return [pid + 1] if pid < 3 else []

    monkeypatch.setattr(resource_usage, "_newest_process", lambda _: newest)
    monkeypatch.setattr(resource_usage, "_children", children)
    meter = ResourceUsage(1)
    assert [meter.processes() for _ in range(3)] == [[1, 2, 3]] * 3
    assert asked == [1, 2, 3] * walks
    monkeypatch.setattr(resource_usage, "_newest_process", lambda _: b"2")
    assert (meter.processes(), asked) == ([1, 2, 3], [1, 2, 3] * (walks + 1))


def test_is_a_process_that_takes_over_a_number_read_as_itself(tmp_path: Path) -> None:
    """Is a file opened anew when the one that is kept open can no longer be read, and are all closed in the end?"""
    before = open_files()
    files = resource_usage._Files()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        path = f"/proc/{child.pid}/stat"
        link = tmp_path / "stat"
        link.symlink_to(path)
        first = files.read(str(link))
        assert files.read(str(link)).split()[0] == first.split()[0] == str(child.pid).encode()
        child.communicate(b"\n")
    with pytest.raises(OSError, match="No such"):
        files.read(str(link))
    link.unlink()
    link.symlink_to("/proc/self/stat")
    assert files.read(str(link)).split()[0] == str(os.getpid()).encode()
    del files
    assert open_files() == before


def test_are_no_more_files_kept_open_than_a_notebook_needs(tmp_path: Path) -> None:
    """Does a notebook that starts hundreds of processes leave the worker its files?"""
    before, files = len(open_files()), resource_usage._Files()
    for number in range(2 * KEPT):
        (tmp_path / str(number)).write_text(f"is {number}", encoding="ascii")
    for number in (*range(2 * KEPT), *range(2 * KEPT)):
        assert files.read(str(tmp_path / str(number))) == f"is {number}".encode()
    assert len(open_files()) == before + KEPT
