"""Pictures of what was seen in the browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

# git ignores the folder.
PICTURES = Path(__file__).resolve().parents[2] / ".coursepack" / "screenshots"


def take_picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture of what the page shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)
