"""Is a forbidden library call found, however it is spelt?"""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from coursepack.checks import CheckFailed, source
from coursepack.subject import LocalSubject

RIGHT = """
import numpy as np
import torch
def pad(image):
    return np.pad(image, 1)
def convolve2d(image):
    return pad(image).sum()
"""
WRONG = {
    "plain": "import torch\ndef convolve2d(image):\n    return torch.nn.functional.conv2d(image, image)",
    "alias": "import torch as t\ndef convolve2d(image):\n    return t.conv2d(image, image)",
    "function alias": "from torch.nn.functional import conv2d as go\ndef convolve2d(image):\n    return go(image)",
    "inner import": "def convolve2d(image):\n    import torch.nn.functional as F\n    return F.conv2d(image)",
    "inner from": "def convolve2d(image):\n    from scipy.signal import correlate2d as c\n    return c(image)",
    "helper": "import torch\ndef helper(x):\n    return torch.sum(x)\ndef convolve2d(x):\n    return helper(x)",
    "numpy": "import numpy as np\ndef convolve2d(image):\n    return np.convolve(image, image)",
    "assigned": "import numpy as np\ngo = np.convolve\ndef convolve2d(image):\n    return go(image, image)",
    "back door": "def convolve2d(image):\n    return __import__('torch').conv2d(image)",
}
RULES = ("torch", "scipy", "numpy.convolve")


@pytest.fixture
def subject(monkeypatch: pytest.MonkeyPatch) -> Any:
    import sys

    def run(text: str) -> LocalSubject:
        monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        shell = InteractiveShell()
        shell.run_cell(text)
        return LocalSubject(shell.user_ns)

    return run


def test_does_a_function_without_forbidden_calls_pass(subject: Any) -> None:
    source.assert_avoids(subject(RIGHT), "convolve2d", *RULES)


@pytest.mark.parametrize("name", WRONG)
def test_is_a_forbidden_call_found(subject: Any, name: str) -> None:
    with pytest.raises(CheckFailed, match="does without"):
        source.assert_avoids(subject(WRONG[name]), "convolve2d", *RULES)


def test_is_a_missing_function_told_so(subject: Any) -> None:
    with pytest.raises(CheckFailed, match="not defined"):
        source.assert_avoids(subject("x = 1"), "convolve2d", *RULES)
