"""Decide which cells of a submission belong to the assignment; nothing else decides this.

Editors copy, split, merge and move cells, and cleaners remove metadata. A cell is recognised, in this order,

1. by its **metadata**: the `grade_id` that nbgrader gave it;
2. by its **id**, if it has no `grade_id` of this assignment;
3. by its **text**, if a cell of the assignment is still missing: a cell with exactly the released text; for an answer
   in code, a cell that defines the names that the stub defines or, between the same neighbours, mentions them; for a
   written answer, a cell between the same neighbours, if possible with the same first line.

If several cells claim to be the same one:

- Of cells that students do not write in, the one with the released text counts; of several such, the last.
- Of answers, one that was edited counts before one that is still as released; then the one that defines most of
  the stub's names (an experiment in a copy has none); then the one with metadata; then the one with the released id;
  then the last.
- Any other is the student's own cell and runs in its place. Copies that are still as released, and empty ones, are
    left out: a stub below the answer would replace it.
- An answer written after cells that need it, while the original is still as released, takes the original's place.

The submission is another notebook if more of its cells belong to another assignment than to this one; and, without any
metadata, if ids and texts together match only a few cells, because ids like "setup" are in every notebook.

A false claim gains nothing: the text of locked cells, the tests and the points come from the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nbformat import NotebookNode

from coursepack.grading.submission.handed_in_cells import HandedInCell
from coursepack.grading.submission.match_by_text import find_by_text
from coursepack.name_list import name_list
from coursepack.notebooks.cell_texts import expected_names, first_line, same_text, written_lines
from coursepack.notebooks.cells import grade_id_of, is_written_in

# Without any metadata, this share of the assignment's cells must be found.
FEWEST = 0.2


@dataclass(frozen=True)
class Identity:
    """The assignment's cells in a submission.

    Attributes:
        order: the cells to run, as (place in the submission, name); the name of a student's own cell is empty.
        known_by: for each cell name, what the cell was recognised by: "metadata", "id" or "text".
        foreign: places of cells with a `grade_id` that is not this assignment's.
        notes: what was decided if the submission left a choice, one sentence each.
        another: whether this is not a submission of the assignment.
    """

    order: tuple[tuple[int, str], ...]
    known_by: Mapping[str, str]
    foreign: tuple[int, ...]
    notes: tuple[str, ...]
    another: bool


def identify(handed: Sequence[HandedInCell], own: NotebookNode, released: Callable[[], NotebookNode]) -> Identity:
    """Return which submitted cell is which; the module's docstring states the rules.

    Args:
        handed: the submitted cells.
        own: the assignment's source or student version.
        released: returns the student version; called only if texts must be compared.
    """
    return _Search(handed, own, released).identity()


class _Search:
    """The search for the cells of one submission."""

    def __init__(self, handed: Sequence[HandedInCell], own: NotebookNode, released: Callable[[], NotebookNode]) -> None:
        self._handed, self._make_released = handed, released
        self._own = {name: cell for cell in own.cells if (name := grade_id_of(cell))}
        self._ids = {str(cell.get("id", name)): name for name, cell in self._own.items()}
        self._known_by: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._left_out: set[int] = set()
        self._swapped: dict[int, int] = {}
        self._notes: list[str] = []

    @cached_property
    def _released(self) -> list[NotebookNode]:
        return list(self._make_released().cells)

    @cached_property
    def _stubs(self) -> dict[str, str]:
        return {name: cell.source for cell in self._released if (name := grade_id_of(cell))}

    def identity(self) -> Identity:
        """Apply the rules in order."""
        claims = self._claims()
        for name, places in claims.items():
            self._choose(name, places)
        free = set(range(len(self._handed))).difference(*claims.values())
        if any(name not in self._places for name in self._own):
            found = find_by_text(self._handed, self._released, self._places, free)
            free.difference_update(found.values())
            self._places.update(found)
            self._known_by.update(dict.fromkeys(found, "text"))
        foreign = tuple(place for place in sorted(free) if self._handed[place].mark)
        order = tuple(self._order())
        return Identity(order, self._known_by, foreign, tuple(self._notes), self._is_another(len(foreign)))

    def _is_another(self, foreign: int) -> bool:
        if "metadata" in self._known_by.values():
            return foreign > len(self._known_by)
        sure = sum(self._is_confirmed(name, place) for name, place in self._places.items())
        return sure < max(1.0, FEWEST * len(self._own))

    def _is_confirmed(self, name: str, place: int) -> bool:
        """Return whether the text of a cell matches, too."""
        stub, text = self._stubs[name], self._handed[place].text
        if not is_written_in(self._own[name]):
            return same_text(stub, text)
        return bool(expected_names(stub) & self._handed[place].defines) or first_line(stub) == first_line(text)

    def _claims(self) -> dict[str, list[int]]:
        """Return the places that claim each name, by metadata or by id."""
        claims: dict[str, list[int]] = {}
        for place in range(len(self._handed)):
            if name := self._claim(place):
                claims.setdefault(name, []).append(place)
        return claims

    def _claim(self, place: int) -> str:
        cell = self._handed[place]
        return cell.mark if cell.mark in self._own else self._ids.get(cell.id, "")

    def _choose(self, name: str, places: list[int]) -> None:
        """Choose one of the cells that claim a name; note what happens to the others."""
        chosen = places[0]
        if len(places) > 1:
            written = is_written_in(self._own[name])
            chosen = max(places, key=lambda place: self._merit(name, place, written))
            others = [place for place in places if place != chosen]
            unchanged = [place for place in others if written and not self._touched(name, place)]
            self._left_out.update(unchanged)
            self._note_choice(name, chosen, [place for place in others if place not in unchanged], unchanged)
            self._take_place(name, chosen, unchanged)
        self._places[name] = chosen
        self._known_by[name] = "metadata" if self._handed[chosen].mark == name else "id"

    def _merit(self, name: str, place: int, written: bool) -> tuple[float, ...]:
        cell = self._handed[place]
        marked, known = cell.mark == name, self._ids.get(cell.id) == name
        if not written:
            exact = same_text(cell.text, self._stubs[name])
            return exact, exact or known, place
        defined = len(expected_names(self._stubs[name]) & cell.defines)
        return self._touched(name, place), defined, marked, known, place

    def _touched(self, name: str, place: int) -> bool:
        text, stub = self._handed[place].text, self._stubs[name]
        if self._own[name].cell_type == "code":
            return bool(text.strip()) and not same_text(text, stub)
        return bool(written_lines(text, stub))

    def _note_choice(self, name: str, chosen: int, run: list[int], unchanged: list[int]) -> None:
        said = f"cell {name} occurs more than once: cell {chosen + 1} of the notebook counts"
        if run:
            said += f"; {_numbered(run)} ran as the student's own"
        if unchanged:
            said += f"; {_numbered(unchanged)}, still as released or empty, was left out"
        self._notes.append(said)

    def _take_place(self, name: str, chosen: int, unchanged: list[int]) -> None:
        """Move an answer to its untouched original's place, if cells that need it come in between."""
        originals = [place for place in unchanged if place < chosen]
        between = {self._claim(place) for place in range(min(originals, default=chosen) + 1, chosen)}
        names = list(self._own)
        if between.intersection(names[names.index(name) + 1 :]):
            self._swapped[originals[0]] = chosen
            self._notes.append(f"the answer to {name} was moved up to its cell's place in the notebook")

    def _order(self) -> Iterable[tuple[int, str]]:
        names = {place: name for name, place in self._places.items()}
        moved = set(self._swapped.values())
        for place in range(len(self._handed)):
            if place in self._swapped:
                yield self._swapped[place], names[self._swapped[place]]
            elif place not in moved and place not in self._left_out:
                yield place, names.get(place, "")


def _numbered(places: Sequence[int]) -> str:
    """Return "cell 3", or "cells 3, 5"."""
    return f"cell{'s' if len(places) > 1 else ''} " + name_list(str(place + 1) for place in places)
