"""Tell whose code a file holds: the notebook's, a library's or ours."""

from __future__ import annotations

import os
import sys

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - compared as text
# File name under which the text of our stand-ins is compiled.
STAND_INS = "<stand-ins>"


def is_notebook_file(filename: str) -> bool:
    """Tell whether the file that a code object names is a cell, or a module beside the notebook."""
    if filename.startswith("<"):
        return filename.startswith(("<ipython-input", "<cell", "<student"))
    return f"{os.sep}ipykernel_" in filename or not filename.startswith((sys.prefix, sys.base_prefix, _OURS))
