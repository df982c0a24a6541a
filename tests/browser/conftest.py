"""A browser for the tests in this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.chromium import REMEDY, find_chromium


def find_browser() -> str:
    """Return the path of a Chromium."""
    found = find_chromium()
    if found is None:
        pytest.fail(f"no Chromium was found: {REMEDY}", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium. Its own sandbox needs rights that root in a container may lack; pages here are our own."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield running
        running.close()
