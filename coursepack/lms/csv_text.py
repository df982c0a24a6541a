"""Write CSV files that a spreadsheet shows and does not run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet takes text that opens with one of these for a formula and runs it
# (OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Return text that a spreadsheet shows instead of running it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV text, each cell made harmless."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    # Moodle's sign for "never" is a hyphen by itself.
    writer.writerows([cell if cell == "-" else harmless(cell) for cell in row] for row in rows)
    return stream.getvalue()
