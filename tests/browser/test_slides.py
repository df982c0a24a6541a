"""Do the notebooks' pictures with a slider work by themselves, and leave one picture where no script may run?"""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure
from pictures import take_picture
from playwright.sync_api import Browser, Page, expect
from visible_cells import quietly, solved

WORDS = "A dot that moves <right>."
COUNT, STILL = 4, 2


def draw(number: int) -> Figure:
    figure, axis = plt.subplots(figsize=(4, 1))
    axis.plot(number, 0, "o")
    axis.set(xlim=(-1, COUNT), title=f"slide {number}")
    return figure


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page that holds what `show_slides` shows, and nothing else."""
    shown: list[dict[str, str]] = []

    def display(data: dict[str, str], **options: Any) -> None:
        assert options == {"raw": True, "metadata": {"image/png": {"alt": WORDS}}}
        shown.append(data)

    names: dict[str, Any] = {"plt": plt, "io": io, "base64": base64, "display": display}
    quietly(solved("ps1_conv_filters")["slides"].source, names)
    with plt.rc_context({"figure.dpi": 72}):
        names["show_slides"](draw, COUNT, STILL, WORDS)
    (data,) = shown
    page = tmp_path_factory.mktemp("slides") / "slides.html"
    page.write_text(f'<!doctype html><meta charset="utf-8"><body>{data["text/html"]}', encoding="utf-8")
    assert f'alt="{html.escape(WORDS)}"' in data["text/html"]
    return Path(page).as_uri()


def source(page: Page) -> str:
    return page.locator("img").get_attribute("src") or ""


def test_do_the_slides_follow_the_slider_and_play(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    slider, button = page.get_by_role("slider", name="step of the picture"), page.get_by_role("button")
    expect(slider).to_have_value(str(STILL))
    seen = [source(page)]
    slider.press("ArrowRight")
    expect(slider).to_have_value(str(STILL + 1))
    seen.append(source(page))
    slider.press("Home")
    expect(slider).to_have_value("0")
    seen.append(source(page))
    assert len(set(seen)) == 3
    assert all(one.startswith("data:image/svg+xml,") for one in seen)
    button.click()
    expect(button).to_have_text("❚❚ pause")
    expect(slider).to_have_value("1", timeout=5000)
    button.click()
    expect(button).to_have_text("▶ play")
    assert page.locator("img").evaluate("image => [image.naturalWidth > 0, image.clientWidth]") == [True, 288]
    assert page.locator("img").get_attribute("alt") == WORDS
    take_picture(page, "slides")
    page.close()


def test_is_one_picture_left_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert source(page).startswith("data:image/png;base64,")
    assert page.locator("img").get_attribute("alt") == WORDS
    assert page.locator("input, button").count() == 0
    context.close()
