"""Do marked regions come out of a cell's text as they went in, and is every other text told or taken as it is?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursepack.errors import CoursepackError
from coursepack.notebooks.markers import KINDS, marker, split, without_marker_lines, without_regions

PLAIN = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12).filter(
    lambda line: marker(line) is None
)
BLOCK = st.lists(PLAIN, max_size=4)
MARKS = st.sampled_from(
    [f"{indent}### {word} {kind}" for kind in KINDS for word in ("BEGIN", "END") for indent in ("", "  ")]
)


@given(st.lists(st.tuples(BLOCK, st.sampled_from(KINDS), BLOCK), max_size=4), BLOCK)
def test_does_a_text_come_apart_as_it_was_put_together(
    parts: list[tuple[list[str], str, list[str]]], end: list[str]
) -> None:
    """Are regions and the lines around them found as they were written, and each kind taken out alone?"""
    lines = [
        line for before, kind, inside in parts for line in (*before, f"### BEGIN {kind}", *inside, f"### END {kind}")
    ]
    source = "\n".join([*lines, *end])
    found = split(source, where="here")
    assert [(region.kind, list(region.lines)) for region in found.regions] == [
        (kind, inside) for _, kind, inside in parts
    ]
    outside = [line for before, _, _ in parts for line in before] + end
    # No line at all and one empty line are the same text.
    assert list(found.outside) == (outside if lines or end else [""])
    left = source
    for kind in KINDS:
        left = without_regions(left, kind)
        assert not split(left, where="here").of(kind)
    assert left == "\n".join(outside)


@given(st.lists(PLAIN | MARKS, max_size=10))
def test_is_a_marker_without_partner_told(lines: list[str]) -> None:
    """Is any text taken apart whole, or refused with the place named?"""
    source = "\n".join(lines)
    try:
        found = split(source, where="the notebook's cell")
    except CoursepackError as error:
        assert "the notebook's cell" in str(error)
        return
    inside = [line for region in found.regions for line in region.lines]
    assert len(inside) + len(found.outside) + 2 * len(found.regions) == len(source.split("\n"))


@given(st.lists(PLAIN | MARKS, max_size=10), st.sampled_from(KINDS))
def test_does_nothing_of_a_kind_stay_behind(lines: list[str], kind: str) -> None:
    """Is no marker of a kind left where its lines or its regions are taken out, even where partners lack?"""
    source = "\n".join(lines)
    others = [line for line in source.split("\n") if (found := marker(line)) is None or found[1] != kind]
    assert without_marker_lines(source, kind) == "\n".join(others)  # type: ignore[arg-type]
    left = without_regions(source, kind).split("\n")  # type: ignore[arg-type]
    assert kind not in {found[1] for found in map(marker, left) if found}
    assert set(left) <= {*others, ""}


@pytest.mark.parametrize("kind", KINDS)
def test_is_a_marker_found_anywhere_in_a_line(kind: str) -> None:
    """Is a marker seen where nbgrader sees it?"""
    assert marker(f"x = 1  # BEGIN {kind} of this") == ("BEGIN", kind)
    assert marker(f"x = 1  # END {kind}") == ("END", kind)
