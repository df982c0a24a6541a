"""Fixtures of the grading tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from distributed import LocalCluster
from tiny_course import tiny_course

__all__ = ["scheduler", "tiny_course"]


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler with one worker, as an instructor would start them by hand."""
    options = {"dashboard_address": "localhost:0", "memory_limit": 0, "silence_logs": logging.CRITICAL}
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, **options) as cluster:
        yield cluster.scheduler_address
