"""Compare people's names as different systems write them, and make ids from names."""

from __future__ import annotations

import re
import unicodedata

from coursepack.grading.submission.folder_files import is_clutter

# As they are written where there are no such letters; everything else loses its accents.
LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l"})
LONGEST_ID = 100
_NOT_IN_IDS = set('/\\*?[]{}<>|":\x00')


def squashed(name: str) -> str:
    """Return a name's letters and digits alone, in lower case and composed: what Canvas makes of a name."""
    composed = unicodedata.normalize("NFC", name).casefold()
    return "".join(one for one in composed if one.isalnum())


def plain_letters(name: str) -> str:
    """Return a name in lower case without accents; ä becomes ae."""
    composed = unicodedata.normalize("NFC", name).casefold().translate(LETTERS)
    bare = "".join(one for one in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(one))
    return unicodedata.normalize("NFC", bare)


def bare_letters(name: str) -> str:
    """Return a name in lower case without accents; ä becomes a, as some systems have it."""
    composed = unicodedata.normalize("NFKD", name.casefold())
    return unicodedata.normalize("NFC", "".join(one for one in composed if not unicodedata.combining(one)))


def keys_of(name: str) -> set[str]:
    """Return the forms under which a name can be found: as it is, with ae for ä, with a for ä."""
    return {squashed(form) for form in (name, plain_letters(name), bare_letters(name))} - {""}


def id_from(text: str) -> str:
    """Return a student id made from a name: lower case, no accents, words joined by hyphens; may be empty."""
    return re.sub(r"[\W_]+", "-", plain_letters(text)).strip("-")[:LONGEST_ID]


def is_usable_id(student: str) -> bool:
    """Return whether an id can be the name of a student's folder, for nbgrader's patterns too."""
    return (
        0 < len(student) <= LONGEST_ID
        and student == student.strip()
        and not student.startswith((".", "-"))
        and student.isprintable()
        and not _NOT_IN_IDS & set(student)
        and not is_clutter(student)
    )
