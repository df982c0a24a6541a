"""Is a notebook's memory measured exactly where it matters, and in bounded time?"""

from __future__ import annotations

import pytest

from coursepack.sandbox import resource_usage
from coursepack.sandbox.resource_usage import LOOKS, ResourceUsage


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list of processes that were looked at exactly: each owns a byte more than its number says."""
    looks: list[int] = []

    def private(pid: int) -> int:
        looks.append(pid)
        return pid + 1

    monkeypatch.setattr(resource_usage, "_private", private)
    monkeypatch.setattr(resource_usage, "_resident", lambda pid: 1000)
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
