"""Make the screenshots of docs/ from the pictures that the browser tests take of made-up students.

python -m pytest tests/browser/test_term.py tests/browser/test_report_page.py
python scripts/make_docs_pictures.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TAKEN, DOCS = ROOT / ".coursepack" / "screenshots", ROOT / "docs"
# Name in docs/, picture of the tests, and how many of its pixels are kept from the top.
PICTURES = (
    ("screen_feedback.png", "feedback-ben.png", 1300),
    ("screen_formgrader.png", "formgrader-marking.png", 1000),
    ("screen_report.png", "report-14-light-1100.png", 1500),
)
COLOURS = 128


def main() -> None:
    """Crop each picture and reduce it to a palette: a fraction of the size, without visible loss."""
    for name, taken, height in PICTURES:
        path = TAKEN / taken
        if not path.is_file():
            sys.exit(f"{path} is missing: run the browser tests first (the top of this file says how)")
        picture = Image.open(path).convert("RGB")
        cropped = picture.crop((0, 0, picture.width, min(height, picture.height)))
        cropped.quantize(COLOURS, dither=Image.Dither.NONE).save(DOCS / name, optimize=True)
        print(f"docs/{name}: {(DOCS / name).stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
