"""Where Chromium is, for the browser tests and for what draws with it."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
REMEDY = "run scripts/find_browser.sh, or name one: COURSEPACK_CHROMIUM=/path/to/chromium"


def find_chromium() -> str | None:
    """Return the path of a Chromium; None if there is none."""
    return os.environ.get("COURSEPACK_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
