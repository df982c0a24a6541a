"""Make the pictures of worked notebooks small enough to keep many of them."""

from __future__ import annotations

import base64
import io

from PIL import Image

COLOURS = 256


def with_palette(png: str) -> str:
    """Return a picture drawn with a palette of 256 colours, if that makes it smaller; a chart has hardly more.

    Args:
        png: a PNG as base64, as notebooks hold it.

    Returns:
        The same picture, as base64. One with transparent parts stays as it is.
    """
    smaller = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        transparent = picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255)
        if transparent or picture.mode not in ("RGB", "RGBA"):
            return png
        picture.convert("RGB").quantize(COLOURS, kmeans=1).save(smaller, "PNG", optimize=True)
    text = base64.b64encode(smaller.getvalue()).decode("ascii")
    return text if len(text) < len(png) else png
