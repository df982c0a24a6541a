"""Say what to do where a notebook's own code imports a module that is not installed."""

from __future__ import annotations

import importlib.util
import re
import sys

_MISSING = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
# Modules whose package has another name.
PACKAGES = {"PIL": "pillow", "bs4": "beautifulsoup4", "cv2": "opencv-python-headless", "yaml": "pyyaml"}
PACKAGES |= {"skimage": "scikit-image", "sklearn": "scikit-learn"}


def remedy_for(error: str) -> str:
    """Return what to do about an error of a solution or a test; empty if it is not that a package is missing.

    Args:
        error: the error's kind and text, maybe among other text.
    """
    found = _MISSING.search(error)
    module = found[1].partition(".")[0] if found else ""
    if not module or module in sys.stdlib_module_names or importlib.util.find_spec(module) is not None:
        return ""
    package = PACKAGES.get(module, module)
    return (
        f"`pip install {package}`, then write {package} into requirements.txt and “{module}” into `preload` in "
        "pyproject.toml; if the name is misspelt, mend the import"
    )
