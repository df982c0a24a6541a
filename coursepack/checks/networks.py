"""Checks of a network: the shape of its output, its number of parameters, and whether it computes what it should.

Shapes and parameter counts alone let most wrong networks pass: a network without ReLU has the same. So
`assert_equivalent` copies the student's weights into a reference by layer type and call order, and compares outputs,
running statistics and gradients in eval and in train mode.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from coursepack.checks import draws, dropout, network_slips
from coursepack.checks.arrays import compare_values
from coursepack.checks.messages import failed, student_errors
from coursepack.checks.placing import TITLES, WEIGHTED, place_weights, random_state
from coursepack.checks.pytorch import torch
from coursepack.checks.reference import Reference
from coursepack.subject import Array, Layer, ModuleHandle, Pass
from coursepack.subject.torch_modules import LocalModule

__all__ = [
    "assert_batch_of_one",
    "assert_equivalent",
    "assert_output_shape",
    "assert_parameter_count",
]

TOLERANCE = {np.dtype("float64"): 1e-7, np.dtype("float32"): 1e-3}


def assert_output_shape(network: ModuleHandle, input_shape: Sequence[int], expected: Sequence[int]) -> None:
    """Check the shape of the output for a random input of `input_shape`, batch first."""
    output = _trace(network, _random(tuple(input_shape))).output
    if output.shape != tuple(expected):
        hint = "follow the shape from layer to layer, down to the last linear layer"
        if output.ndim < len(tuple(expected)):
            hint = "the batch dimension is gone: keep it when you flatten, squeeze or take a mean"
        raise failed(
            f"{network.name}: shape of the output for an input of shape {tuple(input_shape)}",
            expected=str(tuple(expected)),
            got=str(output.shape),
            hint=hint,
        )


def assert_parameter_count(network: ModuleHandle, expected: int, input_shape: Sequence[int]) -> None:
    """Check the number of trainable parameters.

    Args:
        network: handle to a student's network; it may have lazy layers.
        expected: the right number.
        input_shape: shape of one image; two images go through the network first, to initialise lazy layers.
    """
    layers = _trace(network, _random((2, *input_shape))).layers
    got = sum(array.size for array in network.parameters().values())
    if got != expected:
        raise failed(
            f"{network.name}: number of trainable parameters",
            expected=f"{expected:,}",
            got=f"{got:,}",
            hint=_counts(layers, got),
        )


def _counts(layers: Sequence[Layer], total: int) -> str:
    """Describe how many parameters each of the student's layers has, in the order in which forward calls them."""
    sizes = [sum(layer.arrays[key].size for key in ("weight", "bias") if key in layer.arrays) for layer in layers]
    bare = [" without bias" * ("bias" not in layer.arrays and "weight" in layer.arrays) for layer in layers]
    parts = [f"{TITLES[layer.kind]}{lack} {size:,}" for layer, lack, size in zip(layers, bare, sizes, strict=True)]
    text = "your layers are " + ", ".join(parts)
    if sum(sizes) < total:
        text += f"; {total - sum(sizes):,} more belong to layers that forward never calls"
    return text + "; compare them with your own calculation"


def assert_batch_of_one(network: ModuleHandle, reference: Reference) -> None:
    """Check that a batch of one image gives a batch of one output, not a plain vector."""
    shape = (1, *reference.input_shape)
    assert_output_shape(network, shape, reference.eval()(torch.zeros(shape)).shape)


def assert_equivalent(
    network: ModuleHandle,
    reference: Reference,
    *,
    batch_sizes: Sequence[int] = (2, 5),
    log_probabilities_allowed: bool = False,
) -> None:
    """Check that the network computes what the reference computes with the same weights.

    Dropout is compared too: see `coursepack.checks.dropout`.

    Args:
        network: handle to a student's untrained network; its weights are replaced by random ones.
        reference: what the exercise asks for as a module, its weighted layers registered in call order.
        batch_sizes: sizes of the random batches to compare on; the largest comes first because it shows most.
        log_probabilities_allowed: whether log-softmax of the logits is accepted in place of the logits.
    """
    _trace(network, _random((2, *reference.input_shape)))  # gives lazy layers their parameters
    network.load(random_state(network.state()))
    dropouts = dropout.with_given_dropout(reference, WEIGHTED)
    for train, size in itertools.product((False, True), sorted(batch_sizes, reverse=True)):
        images = _random((size, *reference.input_shape), seed=size)
        grad_output = _random((size, 10), seed=size + 1)
        grad_output -= grad_output.mean(axis=1, keepdims=True)  # then log-softmax has the gradient of the logits
        got = _trace(network, images, train=train, grad_output=grad_output)
        place_weights(network.name, got.layers, reference)
        about = f"{network.name} in {'train' if train else 'eval'} mode, batch of {size}"
        dropout.take_masks(about, dropouts, got.layers, size)
        expected = LocalModule(reference, "reference").trace(images, train=train, grad_output=grad_output)
        dropout.judge_masks(about, dropouts, got.layers, size, train=train)
        settings = {"logarithms": log_probabilities_allowed, "train": train}
        _compare_outputs(about, reference, images, expected.output, got.output, **settings)
        _compare_statistics(about, expected, got)
        _compare_gradients(about, expected, got)
    if dropouts:
        dropout.assert_drawn_anew(network, _random((max(batch_sizes), *reference.input_shape)))


def _trace(network: ModuleHandle, images: Array, *, train: bool = False, grad_output: Array | None = None) -> Pass:
    mode = "train" if train else "eval"
    about = f"{network.name}: forward pass in {mode} mode on an input of shape {images.shape}"
    with student_errors(about):
        return network.trace(images, train=train, grad_output=grad_output)


def _random(shape: Sequence[int], seed: int = 0) -> Array:
    return draws.generator(20_261, seed).standard_normal(shape)


def _compare_outputs(
    about: str, reference: Reference, images: Array, expected: Array, got: Array, *, logarithms: bool, train: bool
) -> None:
    if got.shape != expected.shape:
        raise failed(f"{about}: shape of the output", expected=str(expected.shape), got=str(got.shape))
    tolerance = TOLERANCE.get(got.dtype, 1e-3)

    def alike(one: Array, other: Array) -> bool:
        if logarithms:
            one, other = _log_softmax(one), _log_softmax(other)
        return bool(np.allclose(other, one, rtol=0.0, atol=tolerance * max(1.0, float(np.abs(one).max()))))

    def hint() -> str:
        slip = network_slips.likely_slip(reference, images, got, alike, train=train)
        return slip or (network_slips.IN_TRAINING if train else network_slips.OTHERWISE)

    right, yours = (_log_softmax(expected), _log_softmax(got)) if logarithms else (expected, got)
    compare_values(f"{about}: output", right, yours.astype(right.dtype), tolerance=tolerance, hint=hint)


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _compare_statistics(about: str, expected: Pass, got: Pass) -> None:
    for number, (right, layer) in enumerate(zip(expected.after, got.after, strict=True), start=1):
        for key in ("running_mean", "running_var"):
            if key in right.arrays:
                compare_values(
                    f"{about}: {key.replace('_', ' ')} of layer {number} after one pass",
                    right.arrays[key],
                    layer.arrays[key].astype(right.arrays[key].dtype),
                    tolerance=TOLERANCE.get(got.output.dtype, 1e-3),
                    hint="leave the batch normalisation's momentum at its default",
                )


def _compare_gradients(about: str, expected: Pass, got: Pass) -> None:
    tolerance = TOLERANCE.get(got.output.dtype, 1e-3)
    sizes = [np.abs(gradient).max() for layer in expected.layers for gradient in layer.gradients.values()]
    floor = tolerance / 100 * max(sizes, default=0.0)  # for a bias before batch normalisation, which has only rounding
    for number, (right, layer) in enumerate(zip(expected.layers, got.layers, strict=True), start=1):
        for key, gradient in right.gradients.items():
            where = f"{about}: gradient of the {key} of layer {number}"
            if key not in layer.gradients:
                raise failed(f"{where} is missing", hint="something detaches it: detach, no_grad, .data or NumPy")
            compare_values(
                where,
                _above(gradient, floor),
                _above(layer.gradients[key].astype(gradient.dtype), floor),
                tolerance=10 * tolerance,
                hint="the output is right but its gradient is wrong: look for detach, no_grad or .data",
            )


def _above(gradient: Array, floor: float) -> Array:
    return np.where(np.abs(gradient) < floor, 0.0, gradient)
