"""Decide which cells of a submission are the assignment's: the only place that does.

Editors copy, split, merge and move cells, and cleaners take metadata away. A cell is known, in this order,

1. by its **metadata**: the `grade_id` that nbgrader gave it;
2. by its **id**, where it has no `grade_id` of this assignment;
3. by its **text**, where a cell of the assignment is still missing: one with exactly the released text; for an answer
   in code, one that defines the names which the stub defines; for a written answer, one between the same neighbours,
   if possible with the same first line.

Where several cells claim to be the same one:

- Of cells that students do not write in, the one whose text is as released counts; of several such, the last.
- Of answers, one that was written in counts before one that is still as handed out; then the one that defines most of
  the stub's names (a try-out in a copy defines none); then the one with metadata; then the one with the released id;
  then the last.
- Any other is the student's own cell and runs where it stands. Copies that are still as handed out, and empty ones,
  are left out: a stub below the answer would replace it.
- An answer written behind cells that need it, while the original is still as handed out, takes the original's place.

Nobody gains by a false claim: what a locked cell holds, what is judged and what it is worth are the source's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nbformat import NotebookNode

from coursepack.grading.engine.cell_texts import defined_names, first_line, lines_of, same_text

# Without any metadata, this share of the assignment's cells must be found.
FEWEST = 0.2


@dataclass(frozen=True)
class Handed:
    """A submitted cell, as far as it can be read.

    Attributes:
        kind: its cell type.
        text: its source.
        mark: the `grade_id` in its metadata; empty if there is none.
        id: its cell id; empty if there is none.
    """

    kind: str
    text: str
    mark: str
    id: str


@dataclass(frozen=True)
class Identity:
    """Which submitted cell is which.

    Attributes:
        order: the cells to run, as (place in the submission, name); the name of a student's own cell is empty.
        known_by: by name of a cell, what it was recognised by: "metadata", "id" or "text".
        foreign: places of cells with a `grade_id` that is not this assignment's.
        notes: what was decided where the submission left a choice, one sentence each.
        another: whether this is no submission of the assignment.
    """

    order: tuple[tuple[int, str], ...]
    known_by: Mapping[str, str]
    foreign: tuple[int, ...]
    notes: tuple[str, ...]
    another: bool


def own_name(cell: NotebookNode) -> str:
    """Return the name of one of the assignment's own cells; empty for any other."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def is_written_in(cell: NotebookNode) -> bool:
    """Return whether students write in one of the assignment's own cells."""
    marks = cell.metadata.nbgrader
    return bool(marks.get("solution") or (marks.get("task") and not marks.get("locked")))


def identify(handed: Sequence[Handed], own: NotebookNode, released: Callable[[], NotebookNode]) -> Identity:
    """Return which submitted cell is which; the rules are this module's docstring.

    Args:
        handed: the submitted cells.
        own: the assignment's source or student version.
        released: returns the student version; called only where texts must be compared.
    """
    return _Search(handed, own, released).identity()


class _Search:
    """One submission, while its cells are looked for."""

    def __init__(self, handed: Sequence[Handed], own: NotebookNode, released: Callable[[], NotebookNode]) -> None:
        self._handed, self._make_released = handed, released
        self._own = {name: cell for cell in own.cells if (name := own_name(cell))}
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
        return {name: cell.source for cell in self._released if (name := own_name(cell))}

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], list[int]]:
        """The places of cells by type and text."""
        found: dict[tuple[str, str], list[int]] = {}
        for place, cell in enumerate(self._handed):
            found.setdefault(_key(cell.kind, cell.text), []).append(place)
        return found

    def identity(self) -> Identity:
        """Go through the rules in their order."""
        claims = self._claims()
        for name, places in claims.items():
            self._choose(name, places)
        free = set(range(len(self._handed))).difference(*claims.values())
        if any(name not in self._places for name in self._own):
            self._look_for_texts(free)
        foreign = tuple(place for place in sorted(free) if self._handed[place].mark)
        order = tuple(self._order())
        return Identity(order, self._known_by, foreign, tuple(self._notes), self._is_another(len(foreign)))

    def _is_another(self, foreign: int) -> bool:
        known = len(self._known_by)
        if "metadata" in self._known_by.values():
            return foreign > known
        return known < min(len(self._own), max(2.0, FEWEST * len(self._own))) or not known

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
        """Take one of the cells that claim a name; note what becomes of the others."""
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
        wanted = defined_names(self._stubs[name])
        defined = len(wanted & defined_names(cell.text))
        return self._touched(name, place), defined, marked, known, place

    def _touched(self, name: str, place: int) -> bool:
        text = self._handed[place].text
        return bool(text.strip()) and not same_text(text, self._stubs[name])

    def _note_choice(self, name: str, chosen: int, run: list[int], unchanged: list[int]) -> None:
        said = f"cell {name} occurs more than once: cell {chosen + 1} of the notebook counts"
        if run:
            said += f"; {_numbered(run)} ran as the student's own"
        if unchanged:
            said += f"; {_numbered(unchanged)}, still as handed out or empty, was left out"
        self._notes.append(said)

    def _take_place(self, name: str, chosen: int, unchanged: list[int]) -> None:
        """Put an answer where its untouched original stands, if cells that need it come in between."""
        originals = [place for place in unchanged if place < chosen]
        between = {self._claim(place) for place in range(min(originals, default=chosen) + 1, chosen)}
        names = list(self._own)
        if between.intersection(names[names.index(name) + 1 :]):
            self._swapped[originals[0]] = chosen
            self._notes.append(f"the answer to {name} was moved up to where the notebook has its cell")

    def _look_for_texts(self, free: set[int]) -> None:
        """Find missing cells by their texts, in the order of the assignment."""
        texts = [_key(cell.cell_type, cell.source) for cell in self._released]
        alone = {key for key in texts if texts.count(key) == 1}
        for unique in (True, False):
            for row, cell in enumerate(self._released):
                name = own_name(cell)
                if name and name not in self._places and (texts[row] in alone) is unique:
                    same = [at for at in self._by_key.get(texts[row], []) if at in free]
                    self._take_text(name, self._within(row, same) or (same if unique else []), free)
        known = {at for key in texts for at in self._by_key.get(key, [])}
        strange = sorted(free - known)
        for row, cell in enumerate(self._released):
            name = own_name(cell)
            if name and name not in self._places and is_written_in(cell):
                self._take_text(name, self._answers(row, cell, [at for at in strange if at in free]), free)

    def _answers(self, row: int, stub: NotebookNode, places: list[int]) -> list[int]:
        """Return the cells that may be the answer to a stub, the likeliest first."""
        near = self._within(row, places)
        if stub.cell_type == "code":
            wanted = defined_names(stub.source)
            code = [at for at in places if self._handed[at].kind == "code"]
            whole = [at for at in code if wanted and wanted <= defined_names(self._handed[at].text)]
            part = [at for at in near if at in code and wanted & defined_names(self._handed[at].text)]
            return [at for at in whole if at in near][::-1] or whole[::-1] or part[::-1]
        written = [at for at in near if self._handed[at].kind != "code" and self._handed[at].text.strip()]
        opens = [at for at in written if first_line(self._handed[at].text) == first_line(stub.source)]
        return opens or written[::-1]

    def _take_text(self, name: str, places: list[int], free: set[int]) -> None:
        if places:
            self._places[name], self._known_by[name] = places[0], "text"
            free.discard(places[0])

    def _within(self, row: int, places: Iterable[int]) -> list[int]:
        """Return the places between the known neighbours of a released cell; all if those changed their order."""
        names = [own_name(cell) for cell in self._released]
        low = next((self._places[name] for name in reversed(names[:row]) if name in self._places), -1)
        high = next((self._places[name] for name in names[row + 1 :] if name in self._places), len(self._handed))
        return [at for at in places if low < at < high or low > high]

    def _order(self) -> Iterable[tuple[int, str]]:
        names = {place: name for name, place in self._places.items()}
        moved = set(self._swapped.values())
        for place in range(len(self._handed)):
            if place in self._swapped:
                yield self._swapped[place], names[self._swapped[place]]
            elif place not in moved and place not in self._left_out:
                yield place, names.get(place, "")


def _key(kind: str, text: str) -> tuple[str, str]:
    return kind, "\n".join(lines_of(text))


def _numbered(places: Sequence[int]) -> str:
    """Return "cell 3", or "cells 3, 5"."""
    return f"cell{'s' if len(places) > 1 else ''} " + ", ".join(str(place + 1) for place in places[:5])
