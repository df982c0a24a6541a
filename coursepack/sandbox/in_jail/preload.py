"""Do once in the fork server, before any kernel starts, what every kernel would otherwise repeat."""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import io
import sys
import types
from collections.abc import Iterator, Sequence

# Modules that every kernel needs.
IMPORTS = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    # Modules that a kernel imports when it starts.
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "tornado.queues",
    "subject_agent.agent",
)
OUT_STREAM = f"{__package__}.out_stream"
# With torch, the agent also needs these to reach networks.
WITH_TORCH = ("subject_agent.torch_modules", "subject_agent.training_loops")

# Texts whose tokens IPython remembers: a cell, and what becomes of it as its magics are replaced one by one.
REMEMBERED = 8


def import_all(preload: Sequence[str]) -> list[str]:
    """Import everything, and use once what initialises itself at first use: fonts, image formats, convolutions.

    Args:
        preload: modules that the course's notebooks import.

    Returns:
        The modules that are not installed, each with the reason.
    """
    missing = []
    for name in (*preload, *IMPORTS, OUT_STREAM, *(WITH_TORCH if "torch" in preload else ())):
        try:
            with _in_a_notebook():
                importlib.import_module(name)
        except ModuleNotFoundError as error:
            missing += [f"{name} ({error})"] if name in preload else []
    read_once()
    if "matplotlib" in sys.modules:
        draw_once()
    if "torch" in sys.modules:
        train_once()
    return missing


@contextlib.contextmanager
def _in_a_notebook() -> Iterator[None]:
    """Tell pandas, which asks at import, that it does not run in a terminal: otherwise it shows tables differently."""
    setattr(builtins, "get_ipython", lambda: types.SimpleNamespace(kernel=None))  # noqa: B010 (it is IPython's name)
    try:
        yield
    finally:
        delattr(builtins, "get_ipython")


def read_once() -> None:
    """Let IPython remember the tokens of the last texts: it reads each cell twice before it runs it."""
    from IPython.core import inputtransformer2

    read = inputtransformer2.make_tokens_by_line
    known = functools.lru_cache(maxsize=REMEMBERED)(lambda lines: read(list(lines)))
    inputtransformer2.make_tokens_by_line = lambda lines: [list(tokens) for tokens in known(tuple(lines))]


def draw_once() -> None:
    """Draw a picture, and discard it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.imshow([[0.0, 1.0]])
    axes.set(title="Bold and $x^2$", xlabel="x", ylabel="y")
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    close_fonts()
    Image.preinit()


def train_once() -> None:
    """Train a small network for one step, and restore seeds and settings, except for the single thread."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    images = torch.zeros(2, 1, 8, 8, requires_grad=True)
    features = functional.max_pool2d(functional.relu(functional.conv2d(images, torch.ones(2, 1, 3, 3))), 2)
    functional.cross_entropy(features.flatten(1) @ torch.ones(18, 10), torch.tensor([0, 1])).backward()  # type: ignore[no-untyped-call]


def close_fonts() -> None:
    """Make matplotlib forget its open fonts: a fork could not read them, because it inherits no descriptors."""
    from matplotlib import font_manager, mathtext

    # The cache of parsed text holds fonts too.
    for remembered in (mathtext.MathTextParser._parse_cached, font_manager._get_font):  # type: ignore[attr-defined]
        remembered.cache_clear()
