"""Read a picture's size from its header without decoding it: a few bytes can claim gigabytes of pixels."""

from __future__ import annotations

import base64
import binascii

MAX_BASE64 = 8 * 2**20
MAX_PIXELS = 25_000_000
_PNG, _JPEG, _GIFS = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", (b"GIF87a", b"GIF89a")
# Frame headers of JPEG, which hold the size; 0xC4, 0xC8 and 0xCC are other segments.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def is_picture(kind: str, text: object, *, longest: int = MAX_BASE64, pixels: int = MAX_PIXELS) -> bool:
    """Tell whether a text is a base64 picture of the given type, small enough to be shown.

    Args:
        kind: the MIME type: "image/png", "image/jpeg" or "image/gif".
        text: the text that student code gave.
        longest: maximum number of characters.
        pixels: maximum number of pixels.
    """
    if not isinstance(text, str) or len(text) > longest:
        return False
    try:
        content = base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    width, height = _SIZES[kind](content)
    return 0 < width * height <= pixels


def _png(content: bytes) -> tuple[int, int]:
    if not content.startswith(_PNG) or content[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _gif(content: bytes) -> tuple[int, int]:
    if not content.startswith(_GIFS):
        return 0, 0
    return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")


def _jpeg(content: bytes) -> tuple[int, int]:
    """Walk through the segments up to the first frame header."""
    place = len(_JPEG) if content.startswith(_JPEG) else len(content)
    while content[place : place + 1] == b"\xff" and place + 9 <= len(content):
        mark = content[place + 1]
        if mark in _FRAMES:
            height = int.from_bytes(content[place + 5 : place + 7], "big")
            return int.from_bytes(content[place + 7 : place + 9], "big"), height
        place += 1 if mark == 0xFF else 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return 0, 0


_SIZES = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif}
