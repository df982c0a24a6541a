"""A browser for tests: Chromium as the system has it, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[1]
# Pictures of what was seen; git ignores the folder.
PICTURES = REPOSITORY / ".coursepack" / "screenshots"


def chromium_path() -> str:
    """Return where Chromium is: what CHROMIUM names, or else the first one in PATH.

    Raises:
        FileNotFoundError: there is none.
    """
    named = os.environ.get("CHROMIUM", "")
    found = shutil.which(named) if named else shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        where = f"CHROMIUM is {named!r}" if named else "there is no chromium in PATH"
        raise FileNotFoundError(f"{where}: install it (Debian: apt-get install chromium), or set CHROMIUM to its path")
    return found


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start Chromium, and end it; without its own sandbox, which needs more rights than containers give."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def take_picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture of what the page shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)
