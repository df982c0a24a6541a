"""Write lists of names as people read them: a long one is cut, and says how many names it leaves out."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 5


def name_list(names: Iterable[str], most: int = MOST) -> str:
    """Return names as "ann, bob, cyd"; too many of them as "ann, bob and 3 more".

    Args:
        names: the names, the most telling ones first.
        most: how many are named.
    """
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
