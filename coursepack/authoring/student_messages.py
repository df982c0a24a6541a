"""What students see of the message of a failed test, for an author who reads it before there are students."""

from __future__ import annotations

import functools
from collections.abc import Callable

from coursepack.authoring.leaks import Secrets, redact, secrets_of
from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook


def redactor(course: Course) -> Callable[[str, str], str]:
    """Return a function that takes out of a message, of the assignment that is named first, what feedback takes out."""

    @functools.cache
    def secrets(assignment: str) -> Secrets:
        return secrets_of(read_notebook(course.notebook("source", assignment)))

    return lambda assignment, message: redact(message, secrets(assignment))
