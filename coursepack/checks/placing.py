"""Copy a student's weights into a reference network, layer by layer in call order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from coursepack.checks import draws
from coursepack.checks.messages import failed
from coursepack.checks.pytorch import nn, torch
from coursepack.checks.reference import Reference
from coursepack.subject import Array, Layer

WEIGHTED = (nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.BatchNorm1d)
TITLES = {"conv2d": "convolution", "linear": "linear", "batch_norm": "batch normalisation"}


def random_state(state: dict[str, Array]) -> dict[str, Array]:
    """Draw new values for all arrays: He-scaled for weights, positive where all were one (scales and variances)."""
    draw = draws.generator(20_262)
    fresh = {}
    for name, array in state.items():
        if array.dtype.kind != "f":
            fresh[name] = array
        elif array.ndim >= 2:
            fan_in = max(1, int(np.prod(array.shape[1:])))
            fresh[name] = draw.normal(0.0, np.sqrt(2.0 / fan_in), array.shape)
        elif array.size and np.all(array == 1.0):
            fresh[name] = draw.uniform(0.5, 1.5, array.shape)
        else:
            fresh[name] = draw.normal(0.0, 0.3, array.shape)
    return fresh


def place_weights(name: str, layers: Sequence[Layer], reference: Reference) -> None:
    """Copy the student's arrays into the reference, layer by layer; fail if the layers differ."""
    homes = [module for module in reference.modules() if isinstance(module, WEIGHTED)]
    kinds = [_kind(home) for home in homes]
    got = [layer.kind for layer in layers]
    if got != kinds:
        raise failed(
            f"{name}: layers with weights, in the order in which forward calls them",
            expected=", ".join(TITLES[kind] for kind in kinds),
            got=", ".join(TITLES[kind] for kind in got) or "none",
            hint="a layer made in __init__ counts only if forward calls it",
        )
    _refuse_sharing(name, layers)
    for number, (home, layer) in enumerate(zip(homes, layers, strict=True), start=1):
        _place_layer(f"{name}: layer {number} ({TITLES[layer.kind]})", home, layer)


def _refuse_sharing(name: str, layers: Sequence[Layer]) -> None:
    """Check that no two layers share their weights; they were drawn at random, so equal weights are the same tensor."""
    numbered = list(enumerate(layers, start=1))
    for (one, first), (other, second) in itertools.combinations(numbered, 2):
        mine, its = (layer.arrays.get("weight", np.zeros(0)) for layer in (first, second))
        if first.kind == second.kind and mine.size and np.array_equal(mine, its):
            raise failed(
                f"{name}: layers {one} and {other} ({TITLES[first.kind]})",
                expected="separate weights",
                got="the same weights",
                hint="make one layer for each place; a layer that is called twice has one set of weights",
            )


def _place_layer(about: str, home: nn.Module, layer: Layer) -> None:
    wanted = {**dict(home.named_parameters()), **dict(home.named_buffers())}
    for key, target in wanted.items():
        if key == "num_batches_tracked":
            continue
        if key not in layer.arrays:
            raise failed(f"{about} has no {key.replace('_', ' ')}", hint="leave the layer's options at their defaults")
        shape, array = tuple(target.shape), layer.arrays[key]
        if array.shape != shape:
            raise failed(f"{about}: shape of its {key.replace('_', ' ')}", expected=str(shape), got=str(array.shape))
        target.data = torch.from_numpy(np.array(array)).to(target.dtype if array.dtype.kind != "f" else torch.float64)


def _kind(module: nn.Module) -> str:
    if isinstance(module, nn.Conv2d):
        return "conv2d"
    return "linear" if isinstance(module, nn.Linear) else "batch_norm"
