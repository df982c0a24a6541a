"""nbgrader's markers in cells: the regions between `### BEGIN …` and `### END …`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coursepack.errors import CoursepackError

Kind = Literal["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"]
KINDS: tuple[Kind, ...] = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")


@dataclass(frozen=True)
class Region:
    """The lines between one pair of markers.

    Attributes:
        kind: what the markers mark.
        lines: the lines between them, as they stand in the cell.
    """

    kind: Kind
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one string."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Split:
    """A cell's source, split at its markers.

    Attributes:
        regions: the marked regions in order.
        outside: the lines outside every region, without the marker lines.
    """

    regions: tuple[Region, ...]
    outside: tuple[str, ...]

    def of(self, kind: Kind) -> tuple[Region, ...]:
        """Return the regions of one kind."""
        return tuple(region for region in self.regions if region.kind == kind)


def marker(line: str) -> tuple[Literal["BEGIN", "END"], Kind] | None:
    """Return which marker a line is, or None.

    nbgrader looks for the words anywhere in a line, and so do we: otherwise we could miss a region that it sees.
    """
    for kind in KINDS:
        if f"BEGIN {kind}" in line:
            return "BEGIN", kind
        if f"END {kind}" in line:
            return "END", kind
    return None


def split(source: str, *, where: str) -> Split:
    """Split a cell's source at its markers.

    Args:
        source: the cell's source.
        where: notebook and cell, for the error.

    Raises:
        CoursepackError: a marker has no partner, or regions lie inside one another.
    """
    regions: list[Region] = []
    outside: list[str] = []
    inside: list[str] = []
    opened: Kind | None = None
    for line in source.split("\n"):
        found = marker(line)
        if found is None:
            (outside if opened is None else inside).append(line)
        elif found[0] == "BEGIN":
            if opened is not None:
                raise _fault(f"BEGIN {found[1]} lies inside a region that BEGIN {opened} opened", where)
            opened, inside = found[1], []
        else:
            if opened != found[1]:
                raise _fault(f"END {found[1]} has no BEGIN {found[1]} before it", where)
            regions.append(Region(found[1], tuple(inside)))
            opened = None
    if opened is not None:
        raise _fault(f"BEGIN {opened} has no END {opened} after it", where)
    return Split(tuple(regions), tuple(outside))


def without_marker_lines(source: str, kind: Kind) -> str:
    """Return the source without the marker lines of one kind; what lies between them stays."""
    kept = [line for line in source.split("\n") if (found := marker(line)) is None or found[1] != kind]
    return "\n".join(kept)


def without_regions(source: str, kind: Kind) -> str:
    """Return the source without the regions of one kind and without their marker lines."""
    kept, inside = [], False
    for line in source.split("\n"):
        found = marker(line)
        if found is not None and found[1] == kind:
            inside = found[0] == "BEGIN"
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def _fault(what: str, where: str) -> CoursepackError:
    return CoursepackError(what, where=where, remedy="give every BEGIN marker one END marker of its own kind")
