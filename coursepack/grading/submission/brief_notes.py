"""Merge notes about many cells into one sentence, because people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coursepack.name_list import name_list

# Up to this many cells get a sentence each; of more cells, this many are named.
NAMED = 3
# The note on one cell, and the words for many.
_ALIKE = {
    re.compile(r"cell (\S+) was missing; put back"): "were missing; put back",
    re.compile(r"cell (\S+) had nbgrader metadata of schema .*; replaced"): "had nbgrader metadata of another schema; "
    "replaced",
}


def brief(notes: Iterable[str]) -> tuple[str, ...]:
    """Return notes without repetitions; notes about many cells become one, in the place of the first."""
    said = list(dict.fromkeys(notes))
    for pattern, words in _ALIKE.items():
        names = {note: match[1] for note in said if (match := pattern.fullmatch(note))}
        if len(names) > NAMED:
            several = f"{len(names)} cells ({name_list(names.values(), NAMED)}) {words}"
            first = next(iter(names))
            said = [several if note == first else note for note in said if note == first or note not in names]
    return tuple(said)
