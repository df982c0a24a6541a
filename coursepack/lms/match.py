"""Find the student whom an LMS's name means, in the roster or without one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coursepack.lms.file_names import Owner
from coursepack.lms.people import id_from, is_usable_id, keys_of, squashed
from coursepack.lms.roster import Student, by
from coursepack.name_list import name_list

# What identifies a person in each kind of download, the surest first.
NUMBERS = {"canvas": ("lms_id",), "moodle": ("participant",)}


class UnknownPersonError(Exception):
    """A person without a place in the class; its text says why."""


class People:
    """The class, as a kind of download knows it.

    Args:
        kind: the kind of download.
        students: the roster; empty if there is none.
    """

    def __init__(self, kind: str, students: Sequence[Student]) -> None:
        self._kind, self._students = kind, students
        self._by_number = by(students, NUMBERS.get(kind, ()))
        self._by_account = by(students, ("id", "login", "sis", "lms_id", "github", "identifier", "email"))
        self._by_name = _by_name(students)
        self._by_exact_name = _by_name(students, exact=True)
        self._made: dict[str, tuple[Owner, str]] = {}

    def find(self, owner: Owner) -> Student:
        """Return the student; without a roster, one whose id is made from the name or number.

        Raises:
            UnknownPersonError: nobody, or more than one, fits.
        """
        if not self._students or owner.anonymous:
            return self._make(owner)
        for found in self._candidates(owner):
            if len(unique := list({student.id: student for student in found}.values())) == 1:
                return unique[0]
            if unique:
                names = name_list(student.id for student in unique)
                raise UnknownPersonError(f"“{owner.told}” could be {names}: use a roster with the LMS's own numbers")
        raise UnknownPersonError(f"“{owner.told}” is not in the roster")

    def _candidates(self, owner: Owner) -> Iterable[list[Student]]:
        yield self._by_number.get(owner.number.casefold(), []) if owner.number else []
        for account in (owner.sid, owner.email, owner.user):
            yield self._by_account.get(account.casefold(), []) if account else []
        for name in (owner.name, owner.name.partition("-")[2], owner.user):
            # The second: Moodle puts the name of a group before the person's.
            yield self._by_exact_name.get(squashed(name), []) if name else []
            yield [student for key in sorted(keys_of(name)) for student in self._by_name.get(key, [])]

    def _make(self, owner: Owner) -> Student:
        """Return a student made from what the download says."""
        if owner.anonymous:
            wanted = f"anon-{owner.number}"
        elif self._kind == "canvas":
            # Canvas's numbers stay the same all through the course; its names have lost their spaces.
            wanted = f"{id_from(owner.name)}-{owner.number}".strip("-")
        elif owner.user and is_usable_id(owner.user):
            wanted = owner.user
        else:
            wanted = owner.sid or id_from(owner.email.partition("@")[0]) or id_from(owner.name or owner.user)
        if not is_usable_id(wanted):
            raise UnknownPersonError(f"“{owner.told}” gives no id: use --roster")
        other = self._made.setdefault(wanted.casefold(), (owner, wanted))
        if _person(other[0]) != _person(owner) or other[1] != wanted:
            raise UnknownPersonError(f"two people would be called {wanted}: use --roster")
        lms_id = owner.number if self._kind == "canvas" and not owner.anonymous else ""
        identifier = f"Participant {owner.number}" if self._kind == "moodle" else ""
        first, _, last = owner.name.rpartition(" ")
        return Student(wanted, first, last, owner.email, lms_id, sis=owner.sid, identifier=identifier)


def _person(owner: Owner) -> tuple[str, ...]:
    # Gradescope's number is a submission's: a person may have several.
    number = "" if owner.sid or owner.email else owner.number
    return (number, owner.sid, owner.email, owner.user, owner.name if not number else "")


def _by_name(students: Iterable[Student], *, exact: bool = False) -> dict[str, list[Student]]:
    found: dict[str, list[Student]] = {}
    for student in students:
        forms = (f"{student.first} {student.last}", f"{student.last} {student.first}")
        for key in {key for form in forms for key in ({squashed(form)} - {""} if exact else keys_of(form))}:
            found.setdefault(key, []).append(student)
    return found
