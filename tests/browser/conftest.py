"""A browser for the tests in this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
REMEDY = "run scripts/find_browser.sh, or name one: COURSEPACK_CHROMIUM=/path/to/chromium"


def find_browser() -> str:
    """Return the path of a Chromium."""
    found = os.environ.get("COURSEPACK_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
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
