"""Can cells be run again, in any order, without finding a name that a later cell has used for something else?"""

from __future__ import annotations

import dis
import re
from collections.abc import Iterator
from types import CodeType

import pytest
from visible_cells import COURSE, solved

# A function looks the name up, but only the cell itself calls it: cell and name.
CALLED_THERE_ONLY = {("modules-picture", "x"), ("mlp-check-picture", "network")}


def bound_and_read(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds, and those that it needs from others or that its functions look up later."""
    code = compile(re.sub(r"^( *)%pip .*$", r"\1pass", source, flags=re.MULTILINE), "cell", "exec")
    bound, read = set(), set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            bound.add(step.argval)
        elif step.opname == "LOAD_NAME" and step.argval not in bound:
            read.add(step.argval)
    for inner in codes_within(code):
        # Comprehensions and lambdas run with their cell, which has bound the name again.
        ours = bound if inner.co_name.startswith("<") else set()
        read |= {step.argval for step in dis.get_instructions(inner) if step.opname == "LOAD_GLOBAL"} - ours
    return bound, read


def codes_within(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from codes_within(inner)


def rebound(cells: dict[str, str]) -> list[str]:
    """Return the names that a cell reads as an earlier or the same cell bound them, and that a later one binds."""
    names = {cell: bound_and_read(source) for cell, source in cells.items()}
    order, told = list(names), []
    for place, reader in enumerate(order):
        for name in sorted(names[reader][1]):
            if (reader, name) in CALLED_THERE_ONLY:
                continue
            binders = [cell for cell in order if name in names[cell][0]]
            before = [cell for cell in binders if order.index(cell) <= place]
            after = [cell for cell in binders if order.index(cell) > place]
            if before and after:
                told.append(f"`{name}` of “{before[-1]}”, which “{reader}” reads, is bound again in “{after[0]}”")
    return told


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_does_no_cell_take_away_a_name_that_an_earlier_one_reads(assignment: str) -> None:
    cells = {name: cell.source for name, cell in solved(assignment).items() if not name.endswith("-hidden")}
    assert rebound(cells) == []


def test_is_a_name_that_is_taken_away_told() -> None:
    cells = {"train": "dead = {}\ndef run():\n    dead['a'] = 1", "spread": "dead['a']", "picture": "dead = 3"}
    assert rebound(cells) == [
        "`dead` of “train”, which “train” reads, is bound again in “picture”",
        "`dead` of “train”, which “spread” reads, is bound again in “picture”",
    ]
