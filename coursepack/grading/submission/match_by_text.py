"""Find cells of the assignment by text alone, if metadata and ids are lost; `cell_identity` states the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nbformat import NotebookNode

from coursepack.grading.submission.handed_in_cells import HandedInCell
from coursepack.notebooks.cell_texts import defined_names, expected_names, first_line, lines_of
from coursepack.notebooks.cells import grade_id_of, is_written_in


def find_by_text(
    handed: Sequence[HandedInCell], released: Sequence[NotebookNode], known: Mapping[str, int], free: Iterable[int]
) -> dict[str, int]:
    """Return the places, by name, of cells of the assignment that only their texts identify.

    Args:
        handed: the submitted cells.
        released: the cells of the student version.
        known: the places of the cells that are known, by name.
        free: the places of all other cells.
    """
    search = _Search(handed, released, known, free)
    search.look_for_same_texts()
    search.look_for_answers()
    return {name: place for name, place in search.places.items() if name not in known}


class _Search:
    def __init__(
        self,
        handed: Sequence[HandedInCell],
        released: Sequence[NotebookNode],
        known: Mapping[str, int],
        free: Iterable[int],
    ) -> None:
        self.places, self._free = dict(known), set(free)
        self._handed, self._released = handed, released
        self._names = [grade_id_of(cell) for cell in released]
        self._texts = [_key(cell.cell_type, cell.source) for cell in released]
        self._by_text: dict[tuple[str, str], list[int]] = {}
        for place, cell in enumerate(handed):
            self._by_text.setdefault(_key(cell.kind, cell.text), []).append(place)

    def look_for_same_texts(self) -> None:
        """Find cells with exactly the released text; first those whose text occurs only once in the assignment."""
        for once in (True, False):
            for row in self._missing():
                if (self._texts.count(self._texts[row]) == 1) is once:
                    same = [at for at in self._by_text.get(self._texts[row], []) if at in self._free]
                    self._take(row, self._within(row, same) or (same if once else []))

    def look_for_answers(self) -> None:
        """Find answers among the cells that are not part of the student version."""
        for text in self._texts:
            self._free.difference_update(self._by_text.get(text, []))
        for row in self._missing():
            if is_written_in(self._released[row]):
                code = self._released[row].cell_type == "code"
                self._take(row, self._code_answers(row) if code else self._written_answers(row))

    def _code_answers(self, row: int) -> list[int]:
        """Return the cells that may be the answer to a stub, the most likely first."""
        stub = self._released[row].source
        wanted, expected = defined_names(stub), expected_names(stub)
        code = [at for at in sorted(self._free) if self._handed[at].kind == "code"]
        whole = [at for at in code if wanted and wanted <= self._handed[at].defines]
        part = [at for at in self._within(row, code) if expected & self._handed[at].defines]
        part.sort(key=lambda at: (len(expected & self._handed[at].defines), at))
        return self._within(row, whole)[::-1] or whole[::-1] or part[::-1]

    def _written_answers(self, row: int) -> list[int]:
        first = first_line(self._released[row].source)
        near = self._within(row, sorted(self._free))
        written = [at for at in near if self._handed[at].kind != "code" and self._handed[at].text.strip()]
        return [at for at in written if first_line(self._handed[at].text) == first] or written[::-1]

    def _missing(self) -> list[int]:
        return [row for row, name in enumerate(self._names) if name and name not in self.places]

    def _take(self, row: int, places: list[int]) -> None:
        if places:
            self.places[self._names[row]] = places[0]
            self._free.discard(places[0])

    def _within(self, row: int, places: list[int]) -> list[int]:
        """Return the places between the known neighbours of a released cell; all if those changed their order."""
        low = next((self.places[name] for name in reversed(self._names[:row]) if name in self.places), -1)
        high = next((self.places[name] for name in self._names[row + 1 :] if name in self.places), len(self._handed))
        return [at for at in places if low < at < high or low > high]


def _key(kind: str, text: str) -> tuple[str, str]:
    return kind, "\n".join(lines_of(text))
