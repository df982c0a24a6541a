"""Compare the texts of cells: what a text defines, and whether two texts differ in more than layout."""

from __future__ import annotations

import ast
import re
import warnings

_DEFINES = re.compile(r"(?:async[ \t]+def|def|class)[ \t]+(\w+)")
_IMPORTS = re.compile(r"(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+(.+)")
# A definition is at the beginning of a line.
MAX_LINE = 300
MAX_PARSED = 20_000


def lines_of(text: str) -> list[str]:
    """Return a text's lines without trailing blanks, and without empty lines at both ends."""
    return [line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n")]


def same_text(one: str, other: str) -> bool:
    """Return whether two texts differ at most in line ends and in blanks at the ends of lines."""
    return lines_of(one) == lines_of(other)


def same_code(one: str, other: str) -> bool:
    """Return whether two texts are the same, or the same program in another layout."""
    if same_text(one, other):
        return True
    trees = [_tree(text) for text in (one, other)]
    return trees[0] is not None and trees[0] == trees[1]


def written_lines(text: str, stub: str) -> list[str]:
    """Return the lines of a text that are neither empty nor the stub's."""
    known = set(lines_of(stub))
    return [line for line in lines_of(text) if line and line not in known]


def first_line(text: str) -> str:
    """Return a text's first line that is not empty, without blanks at its ends."""
    return text.strip().split("\n")[0].strip()


def defined_names(text: str) -> frozenset[str]:
    """Return the names that a piece of Python defines at its top level; it need not be valid Python."""
    names = {name.strip() for line in text.split("\n") for name in _defined_in(line[:MAX_LINE])}
    return frozenset(name for name in names if name.isidentifier())


def expected_names(stub: str) -> frozenset[str]:
    """Return the names that an answer to a stub defines: those the stub defines, else those that its text mentions."""
    return defined_names(stub) or frozenset(re.findall(r"[A-Za-z_]\w*", stub))


def _defined_in(line: str) -> list[str]:
    if found := _DEFINES.match(line):
        return [found[1]]
    if found := _IMPORTS.match(line):
        return [part.split(" as ")[-1] for part in found[1].split("#")[0].strip("() ").split(",")]
    targets, equals, value = line.partition("=")
    return targets.split(":")[0].split(",") if equals and not value.startswith("=") else []


def _tree(text: str) -> str | None:
    if len(text) > MAX_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
