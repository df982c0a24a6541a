"""One worker for all engine tests: starting one costs seconds, a notebook in it a fraction of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engine.lab import Lab

from coursepack.course import Course
from coursepack.grading.engine.worker import Worker

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """A running worker in its jail, on the real course."""
    with Worker(Course(REPOSITORY)) as running:
        yield running


@pytest.fixture(scope="session")
def lab(worker: Worker) -> Lab:
    """Grades made-up notebooks."""
    return Lab(worker)
