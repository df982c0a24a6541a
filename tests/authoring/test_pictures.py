"""Are pictures of worked notebooks made smaller without looking different?"""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from coursepack.authoring.pictures import with_palette


def png(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def pixels(text: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def chart(mode: str) -> Image.Image:
    """Return white paper with smooth curves in three colours, the edges blurred as a plot's are."""
    rows, columns = np.mgrid[:200, :400]
    paper = np.full((200, 400, 3), 255.0)
    for number, colour in enumerate(((0, 114, 178), (213, 94, 0), (0, 158, 115))):
        ink = np.clip(2 - np.abs(rows - 100 - 60 * np.sin(columns / 40 + number)), 0, 1)[..., None]
        paper = paper * (1 - ink) + np.array(colour) * ink
    return Image.fromarray(paper.astype(np.uint8)).convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_does_a_chart_become_smaller_and_look_the_same(mode: str) -> None:
    before = png(chart(mode))
    after = with_palette(before)
    assert len(after) < 0.7 * len(before)
    difference = np.abs(pixels(after) - pixels(before))
    assert difference.mean() < 0.5
    assert np.quantile(difference, 0.999) < 24


def test_is_a_transparent_picture_left_alone() -> None:
    picture = chart("RGBA")
    picture.putalpha(100)
    assert with_palette(png(picture)) == png(picture)


def test_is_a_picture_that_would_grow_left_alone() -> None:
    small = png(Image.new("RGB", (2, 2), "white"))
    assert with_palette(small) == small


def test_is_a_picture_of_greys_left_alone() -> None:
    grey = png(chart("L"))
    assert with_palette(grey) == grey
