"""What the fork server does once, before any kernel is there, so that no kernel has to do it again."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import sys
import types
from collections.abc import Iterator, Sequence

# What every kernel needs.
IMPORTS = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    # These a kernel imports when it starts.
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
# With torch, the far end of the subject reaches networks through these.
WITH_TORCH = ("subject_agent.torch_modules", "subject_agent.training_loops")


def import_all(preload: Sequence[str]) -> list[str]:
    """Import everything, and use what makes itself ready at its first use: fonts, image formats, convolutions.

    Args:
        preload: what the course's notebooks import.

    Returns:
        Which of them is not installed, each with the reason.
    """
    missing = []
    for name in (*preload, *IMPORTS, *(WITH_TORCH if "torch" in preload else ())):
        try:
            with _in_a_notebook():
                importlib.import_module(name)
        except ModuleNotFoundError as error:
            missing += [f"{name} ({error})"] if name in preload else []
    if "matplotlib" in sys.modules:
        draw_once()
    if "torch" in sys.modules:
        train_once()
    return missing


@contextlib.contextmanager
def _in_a_notebook() -> Iterator[None]:
    """Answer pandas, which asks when it is imported whether it runs in a terminal and then shows tables otherwise."""
    setattr(builtins, "get_ipython", lambda: types.SimpleNamespace(kernel=None))  # noqa: B010 (it is IPython's name)
    try:
        yield
    finally:
        delattr(builtins, "get_ipython")


def draw_once() -> None:
    """Draw a picture; nothing of it is left."""
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
    """Train a step of a small network; nothing of it is left, no seed and no setting but one thread."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    images = torch.zeros(2, 1, 8, 8, requires_grad=True)
    features = functional.max_pool2d(functional.relu(functional.conv2d(images, torch.ones(2, 1, 3, 3))), 2)
    functional.cross_entropy(features.flatten(1) @ torch.ones(18, 10), torch.tensor([0, 1])).backward()  # type: ignore[no-untyped-call]


def close_fonts() -> None:
    """Let matplotlib forget the fonts it has open: a fork's could not be read, for no descriptor goes along."""
    from matplotlib import font_manager, mathtext

    # What was parsed holds fonts too.
    for remembered in (mathtext.MathTextParser._parse_cached, font_manager._get_font):  # type: ignore[attr-defined]
        remembered.cache_clear()
