"""Variants of a reference network with common slips, keyed by the hint that names the slip.

Each variant is the reference with something else between its weighted layers, and has the student's weights. So the
variant whose output equals the student's tells what the student wrote.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from coursepack.checks.pytorch import nn, torch
from coursepack.checks.reference import Reference
from coursepack.subject import Array, StudentError
from coursepack.subject.torch_modules import LocalModule

Modules = Sequence[nn.Module]
Slip = tuple[str, Modules]

ACTIVATIONS = (nn.ReLU, nn.Sigmoid, nn.Tanh, nn.LeakyReLU, nn.ELU, nn.CELU, nn.GELU)
NORMS = (nn.BatchNorm2d, nn.BatchNorm1d)
POOLS = (nn.MaxPool2d,)
OTHERWISE = (
    "the layers' weights fit; look at what comes between them (activations, pooling, how you flatten) and at the other "
    "settings of the layers (padding, stride, eps)"
)
IN_TRAINING = (
    "eval mode is right; look at what train mode changes: one dropout too many, or batch normalisation (its place "
    "and its settings)"
)


class _Apply(nn.Module):
    """A module that applies a function to a tensor."""

    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the function of x."""
        return self.function(x)


def likely_slip(
    reference: Reference, images: Array, got: Array, alike: Callable[[Array, Array], bool], *, train: bool
) -> str:
    """Return the hint of the one slip that gives the student's output; empty if none does, or several do.

    Args:
        reference: the right network, with the student's weights.
        images: the batch.
        got: the student's output.
        alike: tells whether two outputs are the same.
        train: whether the pass was made in train mode; then eval mode was right.
    """
    found = []
    for hint, modules in _slips(list(reference)):
        try:
            output = LocalModule(nn.Sequential(*modules), "slip").trace(images, train=train).output
        except StudentError:  # the shapes do not fit
            continue
        if output.shape == got.shape and alike(output, got):
            found.append(hint)
    return found[0] if len(found) == 1 else ""


def _slips(modules: Modules) -> Iterator[Slip]:
    yield from _at_the_ends(modules)
    yield from _activations(modules)
    yield from _exchanged(modules)
    yield from _poolings(modules)
    for mode, said in (("replicate", "repeats the edge"), ("reflect", "mirrors"), ("circular", "wraps around")):
        other = [_padded(module, mode) if _pads(module) else module for module in modules]
        yield from _if_changed(modules, other, f"the convolutions should pad with zeros; this padding {said}")
    bare = [_unpadded(module) if _pads(module) else module for module in modules]
    yield from _if_changed(modules, bare, "the convolutions lack their padding")
    channels_last = _Apply(lambda x: x.movedim(1, -1).flatten(1))
    other = [channels_last if isinstance(module, nn.Flatten) else module for module in modules]
    hint = "flatten the maps as they are, (batch, channels, height, width): in yours the channels come last"
    yield from _if_changed(modules, other, hint)


def _at_the_ends(modules: Modules) -> Iterator[Slip]:
    ends: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "the output went through softmax; return the last layer's output itself": lambda x: x.softmax(dim=1),
        "the output went through log-softmax; return the last layer's output itself": lambda x: x.log_softmax(dim=1),
        "the output went through ReLU; the last layer has no activation": torch.relu,
        "the output went through a sigmoid; the last layer has no activation": torch.sigmoid,
        "the output went through softmax over the batch": lambda x: x.softmax(dim=0),
        "the output went through log-softmax over the batch: the classes are dim=1": lambda x: x.log_softmax(dim=0),
        "the output went through softmax twice": lambda x: x.softmax(dim=1).softmax(dim=1),
    }
    for hint, end in ends.items():
        yield hint, [*modules, _Apply(end)]
    yield "the images are divided by 255 again: use them as they are", [_Apply(lambda x: x / 255), *modules]


def _activations(modules: Modules) -> Iterator[Slip]:
    places = [place for place, module in enumerate(modules) if isinstance(module, ACTIVATIONS)]
    if not places:
        return
    wanted = type(modules[places[0]])
    for kind in (nn.Identity, *ACTIVATIONS):
        if kind is not wanted:
            said = "there is no activation" if kind is nn.Identity else f"the activation is {kind.__name__}"
            other = [kind() if place in places else module for place, module in enumerate(modules)]
            yield f"{said}; every one should be {_title(wanted)}", other
    for number, place in enumerate(places, start=1):
        if len(places) > 1:
            hint = f"activation {number} of {len(places)} is missing"
            yield hint, [*modules[:place], *modules[place + 1 :]]


def _title(kind: type[nn.Module]) -> str:
    return kind.__name__ if kind in (nn.ReLU, nn.ELU, nn.CELU, nn.GELU) else kind.__name__.lower()


def _exchanged(modules: Modules) -> Iterator[Slip]:
    """Yield networks in which one kind of layer always comes before another instead of after it."""
    for before, after, hint in (
        (ACTIVATIONS, NORMS, "batch normalisation belongs after the activation; yours comes before it"),
        (NORMS, ACTIVATIONS, "batch normalisation belongs before the activation; yours comes after it"),
        (NORMS, POOLS, "batch normalisation belongs before the pooling; yours comes after it"),
    ):
        other, place = list(modules), 0
        while place < len(other) - 1:
            if isinstance(other[place], before) and isinstance(other[place + 1], after):
                other[place], other[place + 1] = other[place + 1], other[place]
                place += 1
            place += 1
        yield from _if_changed(modules, other, hint)
    around_pool = [module for module in modules if isinstance(module, NORMS)]
    if not around_pool:
        return
    other = [_with_batch_statistics(module) if isinstance(module, NORMS) else module for module in modules]
    yield "in eval mode batch normalisation must use its running statistics, not the batch's own", other


def _poolings(modules: Modules) -> Iterator[Slip]:
    replacements: dict[str, Callable[[nn.MaxPool2d], nn.Module]] = {
        "the pooling takes the mean; it should take the largest value": lambda pool: nn.AvgPool2d(
            pool.kernel_size, pool.stride, pool.padding
        ),
        "your pooling windows are 2×2 without padding": lambda pool: nn.MaxPool2d(2),
        "your pooling windows are 3×3, and overlap": lambda pool: nn.MaxPool2d(3, stride=2, padding=1),
    }
    for hint, replace in replacements.items():
        other = [replace(module) if isinstance(module, nn.MaxPool2d) else module for module in modules]
        if any(repr(one) != repr(right) for one, right in zip(other, modules, strict=True)):
            yield hint, other
    places = [place for place, module in enumerate(modules) if isinstance(module, nn.MaxPool2d)]
    for number, place in enumerate(places, start=1):
        pool = modules[place]
        mean = nn.AvgPool2d(pool.kernel_size, pool.stride, pool.padding)  # type: ignore[arg-type]
        if len(places) > 1:
            hint = f"pooling {number} of {len(places)} takes the mean; it should take the largest value"
            yield hint, [*modules[:place], mean, *modules[place + 1 :]]
    other = [nn.AdaptiveMaxPool2d(1) if isinstance(m, nn.AdaptiveAvgPool2d) else m for m in modules]
    yield from _if_changed(modules, other, "the pooling at the end takes the largest value; it should take the mean")


def _if_changed(modules: Modules, other: Iterable[nn.Module], hint: str) -> Iterator[Slip]:
    changed = list(other)
    if any(one is not right for one, right in zip(changed, modules, strict=True)):
        yield hint, changed


def _pads(module: nn.Module) -> bool:
    return isinstance(module, nn.Conv2d) and bool(np.any(module.padding))


def _padded(module: nn.Module, mode: str) -> nn.Module:
    other = copy.copy(module)
    other.padding_mode = mode  # type: ignore[assignment]
    return other


def _unpadded(module: nn.Module) -> nn.Module:
    other = copy.copy(module)
    other.padding = (0, 0)  # type: ignore[assignment]
    return other


def _with_batch_statistics(module: nn.Module) -> nn.Module:
    other = copy.copy(module)
    other._parameters, other._buffers = module._parameters, dict.fromkeys(module._buffers)
    other.track_running_stats = False  # type: ignore[assignment]
    return other
