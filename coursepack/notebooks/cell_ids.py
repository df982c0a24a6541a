"""Ids of cells: which read like names, which a tool has made up, and which are free."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Made up by a tool: eight or more hexadecimal digits, or a UUID, perhaps after "cell-" or "id-".
_ANONYMOUS = re.compile(r"(cell-|id-)?([0-9a-f]{8,}|[0-9a-f-]{36}|\d+)")
_READABLE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def is_readable(name: str) -> bool:
    """Tell whether an id reads like a name: small letters and digits, in words with hyphens between them."""
    return _READABLE.fullmatch(name) is not None and _ANONYMOUS.fullmatch(name) is None


def readable(text: str) -> str:
    """Return a text as an id, for example `MaxPool2d` or `max_pool2d` as `max-pool2d`; empty if nothing is left."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text)
    name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    name = re.sub(r"^[^a-z]+", "", name)
    return name if is_readable(name) else ""


def unused(wanted: str, taken: Iterable[str]) -> str:
    """Return a free id, as close as possible to the wanted one."""
    known, found, number = set(taken), wanted, 1
    while found in known:
        number += 1
        found = f"{wanted[:50]}-{number}"
    return found
