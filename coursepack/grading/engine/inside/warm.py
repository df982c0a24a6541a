"""What the fork server does once, before any kernel is there, so that no kernel has to do it again."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import types
from collections.abc import Iterator

IMPORTS = (
    "torch",
    "torch.utils.data",
    "torchvision",
    "torchvision.transforms",
    "sklearn.datasets",
    "sklearn.metrics",
    "sklearn.model_selection",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib.patches",
    "PIL.Image",
    "torchinfo",
    "tqdm",
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
    "subject_agent.modules",
    "subject_agent.loops",
)


def warm_up() -> None:
    """Import everything, and use what makes itself ready at its first use: fonts, image formats, convolutions."""
    for name in IMPORTS:
        with contextlib.suppress(ModuleNotFoundError), _in_a_notebook():
            importlib.import_module(name)
    use_once()


@contextlib.contextmanager
def _in_a_notebook() -> Iterator[None]:
    """Answer pandas, which asks when it is imported whether it runs in a terminal and then shows tables otherwise."""
    setattr(builtins, "get_ipython", lambda: types.SimpleNamespace(kernel=None))  # noqa: B010 (it is IPython's name)
    try:
        yield
    finally:
        delattr(builtins, "get_ipython")


def use_once() -> None:
    """Draw a picture, train a step of a small network; nothing of it is left, no seed and no setting."""
    import torch
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image
    from torch.nn import functional

    torch.set_num_threads(1)
    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.imshow([[0.0, 1.0]])
    axes.set(title="Bold and $x^2$", xlabel="x", ylabel="y")
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    close_fonts()
    Image.preinit()
    images = torch.zeros(2, 1, 8, 8, requires_grad=True)
    features = functional.max_pool2d(functional.relu(functional.conv2d(images, torch.ones(2, 1, 3, 3))), 2)
    functional.cross_entropy(features.flatten(1) @ torch.ones(18, 10), torch.tensor([0, 1])).backward()  # type: ignore[no-untyped-call]


def close_fonts() -> None:
    """Let matplotlib forget the fonts it has open: a fork's could not be read, for no descriptor goes along."""
    from matplotlib import font_manager, mathtext

    # What was parsed holds fonts too.
    for remembered in (mathtext.MathTextParser._parse_cached, font_manager._get_font):  # type: ignore[attr-defined]
        remembered.cache_clear()
