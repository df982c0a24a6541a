"""Answers that are alike where others differ: a list for a person to look at, never a verdict.

Two right answers to one exercise are alike by nature. What says something is code that hardly anybody else in the class
wrote. So each submission is cut into short pieces; what the assignment gives, and what many wrote, is set aside; and
pairs are counted by the rare pieces they have in common. Names that students choose, comments and layout do not count.

The pieces are chosen by winnowing: Schleimer, S., Wilkerson, D. S., Aiken, A. (2003). Winnowing: local algorithms for
document fingerprinting. SIGMOD 2003. Only pairs that share a rare piece are ever looked at, and a piece that more than
a few have is not rare: the work grows with the class and not with its square.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import keyword
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

# Tokens in a piece, and pieces of which winnowing keeps one: a passage of PIECE + WINDOW - 1 tokens is always found.
PIECE, WINDOW = 8, 4
# Below this class size nobody knows what is usual.
ENOUGH = 10
# A pair is listed that shares this many rare pieces, at least half of those that one of the two wrote.
SHARED, SHARE = 6, 0.5
# A piece is rare that 2 % of the class wrote, but at least LEAST and at most MOST: a limit to the work.
LEAST, MOST = 3, 10
# The longest answer that is read, in characters: nobody writes more by hand.
LONGEST = 200_000
# The commonest first; what stands between tokens matches nothing. A comment and a text open with a sign of their own.
_TOKEN = re.compile(
    r"[^\W\d]\w*|\d[\w.]*|#[^\n]*"
    r"|\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    r"|\*\*|//|==|!=|<=|>=|->|[^\w\s]",
    re.DOTALL,
)
_SKIPPED = ("#", '"""', "'''")
_KNOWN = frozenset(dir(builtins)) | frozenset(keyword.kwlist)
_CHOSEN = "name"
Pieces = NDArray[np.uint64]
Places = NDArray[np.intp]
_NONE: Pieces = np.empty(0, dtype=np.uint64)
# Odd, so that multiplying by it loses nothing (Knuth: 2 to the power of 64, divided by the golden ratio).
_BASE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class SimilarPair:
    """Two submissions that share rare code.

    Attributes:
        students: their ids, or where several handed in the same, all of theirs on one side.
        shared: how many rare pieces they have in common.
        pieces: how many rare pieces the one with fewer of them wrote.
    """

    students: tuple[tuple[str, ...], tuple[str, ...]]
    shared: int
    pieces: int

    @property
    def share(self) -> float:
        """Share of the rare pieces in common, 0 to 1."""
        return self.shared / self.pieces


@dataclass(frozen=True)
class SimilarAnswers:
    """What a class has in common.

    Attributes:
        pairs: the pairs to look at, those with the most in common first.
        submissions: how many were compared.
        rare: a piece is rare if at most this many different submissions have it.
    """

    pairs: tuple[SimilarPair, ...]
    submissions: int
    rare: int


def similar_answers(answers: Iterable[tuple[str, Sequence[str]]], given: Sequence[str]) -> SimilarAnswers:
    """Compare the answers of a class. Only their pieces are kept, so that memory grows slowly with the class.

    Args:
        answers: each student, with the code of the cells that students write in.
        given: the code of the student version, which belongs to nobody.
    """
    forms = Forms(word for text in given for word in _words(text))
    released = np.unique(_pieces(given, forms))
    alike: dict[bytes, list[str]] = defaultdict(list)
    for student, texts in answers:
        own = fingerprints(texts, forms)
        alike[np.setdiff1d(own, released, assume_unique=True).tobytes()].append(student)
    submissions = sum(len(students) for students in alike.values())
    rare = min(MOST, max(LEAST, math.ceil(0.02 * submissions)))
    if submissions < ENOUGH:
        return SimilarAnswers((), submissions, rare)
    groups = [tuple(students) for students in alike.values()]
    own_pieces = [np.frombuffer(pieces, dtype=np.uint64) for pieces in alike]
    return SimilarAnswers(tuple(_pairs(groups, own_pieces, rare)), submissions, rare)


class Forms(dict[str, int]):
    """What a word of a text counts as: the number of itself, of a name that a student chose, or 0 (a comment)."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Keep the names that the assignment has."""
        super().__init__((word, _code(word)) for word in (*vocabulary, *_KNOWN))

    def __missing__(self, word: str) -> int:
        """Decide once for each word."""
        chosen = word.isidentifier()
        self[word] = form = 0 if word.startswith(_SKIPPED) else _code(_CHOSEN if chosen else word)
        return form


def fingerprints(texts: Sequence[str], forms: Forms) -> Pieces:
    """Return the pieces of some texts that winnowing keeps: of WINDOW neighbours the smallest, each once, in order."""
    pieces = _pieces(texts, forms)
    if pieces.size == 0:
        return pieces
    return np.unique(sliding_window_view(pieces, min(WINDOW, pieces.size)).min(axis=1))


def _pieces(texts: Sequence[str], forms: Forms) -> Pieces:
    """Return a number for each run of PIECE tokens of a text: a polynomial of theirs, modulo 2 to the power of 64.

    All texts at once: for short ones, each call of numpy costs more than what it does.
    """
    codes, owners = _tokens(texts, forms)
    count = max(0, codes.size - PIECE + 1)
    pieces = np.zeros(count, dtype=np.uint64)
    for place in range(PIECE):
        pieces = pieces * _BASE + codes[place : place + count]
    # No piece goes from one text into the next.
    inside: Pieces = pieces[owners[:count] == owners[owners.size - count :]]
    return inside


def _tokens(texts: Sequence[str], forms: Forms) -> tuple[Pieces, Places]:
    """Return the tokens of some texts: those of Python where it is Python, and never an error.

    Comments and layout are left out. A name is kept if the assignment or Python has it, or if it stands behind a dot;
    any other name is one that the student chose, and all of these count as the same.

    Returns:
        The number of each token, and of its text.
    """
    found = [_TOKEN.findall(text[:LONGEST]) for text in texts]
    words = [word for several in found for word in several]
    codes = np.array([forms[word] for word in words], dtype=np.uint64)
    owners = np.repeat(np.arange(len(found)), [len(several) for several in found])
    kept = np.flatnonzero(codes)
    codes, owners = codes[kept], owners[kept]
    behind_dot = (codes[:-1] == _code(".")) & (owners[:-1] == owners[1:])
    for place in (np.flatnonzero(behind_dot) + 1).tolist():
        codes[place] = _code(words[kept[place]])
    return codes, owners


@functools.cache
def _code(word: str) -> int:
    """Return a token's number: the same in every process, as Python's own hash of a text is not."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())


def _words(text: str) -> Iterable[str]:
    return (word for word in _TOKEN.findall(text) if word.isidentifier())


def _pairs(groups: Sequence[tuple[str, ...]], own: Sequence[Pieces], rare: int) -> list[SimilarPair]:
    """Return the pairs that share enough rare pieces; students who handed in the same (a group) count as one.

    Args:
        groups: the students, by what they handed in.
        own: the pieces of each group, each once.
        rare: how many groups may have a rare piece.
    """
    rare_pieces, counts = _rare_pieces(own, rare)
    one, other, shared = _common(rare_pieces, len(own))
    fewer = np.minimum(counts[one], counts[other])
    kept = np.flatnonzero((shared >= SHARED) & (shared >= SHARE * fewer)).tolist()
    pairs = [SimilarPair((groups[one[k]], groups[other[k]]), int(shared[k]), int(fewer[k])) for k in kept]
    for group, count in zip(groups, counts.tolist(), strict=True):
        if len(group) > 1 and count >= SHARED:
            pairs.append(SimilarPair((group[:1], group[1:]), count, count))
    return sorted(pairs, key=lambda pair: (-pair.share, -pair.shared, pair.students))


def _rare_pieces(own: Sequence[Pieces], rare: int) -> tuple[list[Places], Places]:
    """Return the places of those who have a rare piece, and how many rare pieces each place has.

    The first has a table for each number of owners from 2 to `rare`, (pieces, owners), each row in ascending order.
    """
    pieces = np.concatenate([_NONE, *own])
    places = np.repeat(np.arange(len(own)), [part.size for part in own])
    order = np.argsort(pieces, kind="stable")
    pieces, places = pieces[order], places[order]
    begins = np.flatnonzero(np.concatenate([[True], pieces[1:] != pieces[:-1]])[: pieces.size])
    owners = np.diff(begins, append=pieces.size)
    counts = np.bincount(places[np.repeat(owners <= rare, owners)], minlength=len(own))
    return [places[begins[owners == size, None] + np.arange(size)] for size in range(2, rare + 1)], counts


def _common(tables: Sequence[Places], number: int) -> tuple[Places, Places, Places]:
    """Return the pairs of places that share a piece: the one, the other, and how many they share.

    All pairs at once, each as a single number: a class of 2,000 has millions.
    """
    columns = [(table, *pair) for table in tables for pair in combinations(range(table.shape[1]), 2)]
    codes = np.concatenate([table[:, one] * number + table[:, other] for table, one, other in columns])
    found, shared = np.unique(codes, return_counts=True)
    return found // number, found % number, shared
