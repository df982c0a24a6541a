"""Say in one sentence what is true of many cells: notes are for people."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Up to so many cells have a sentence each; of more, so many are named.
NAMED = 3
# What is said of one cell, and of many.
_ALIKE = {
    re.compile(r"cell (\S+) was missing; put back"): "were missing; put back",
    re.compile(r"cell (\S+) had nbgrader metadata of schema .*; replaced"): "had nbgrader metadata of another schema; "
    "replaced",
}


def brief(notes: Iterable[str]) -> tuple[str, ...]:
    """Return notes without repetitions, sentences about many cells as one, where the first of them stood."""
    said = list(dict.fromkeys(notes))
    for pattern, words in _ALIKE.items():
        names = {note: match[1] for note in said if (match := pattern.fullmatch(note))}
        if len(names) > NAMED:
            several = f"{len(names)} cells ({', '.join(list(names.values())[:NAMED])}, …) {words}"
            first = next(iter(names))
            said = [several if note == first else note for note in said if note == first or note not in names]
    return tuple(said)
