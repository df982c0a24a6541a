"""Checks of a network: what comes out, how many parameters it has, and whether it computes what it should.

Shapes and parameter counts alone let most wrong networks pass: one without ReLU has the same. So `assert_equivalent`
takes the student's own weights, places them in a reference by layer type and call order, and compares outputs, running
statistics and gradients in eval and in train mode.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from coursepack.checks import dropout
from coursepack.checks.arrays import compare_values
from coursepack.checks.messages import failed, student_error
from coursepack.checks.references import (
    IMAGE_SHAPE,
    Reference,
    conv_batch_norm,
    conv_max_pool,
    conv_net,
    deep_cnn,
    deep_mlp,
    dropout_cnn,
    flexible_cnn,
    mlp,
    multi_layer_perceptron,
    simple_cnn,
    simple_fc,
    two_conv_net,
)
from coursepack.subject import Array, Layer, ModuleHandle, Pass, StudentError
from coursepack.subject.modules import LocalModule

__all__ = [
    "assert_batch_of_one",
    "assert_equivalent",
    "assert_output_shape",
    "assert_parameter_count",
    "conv_batch_norm",
    "conv_max_pool",
    "conv_net",
    "deep_cnn",
    "deep_mlp",
    "dropout_cnn",
    "flexible_cnn",
    "mlp",
    "multi_layer_perceptron",
    "simple_cnn",
    "simple_fc",
    "two_conv_net",
]

TOLERANCE = {np.dtype("float64"): 1e-7, np.dtype("float32"): 1e-3}
WEIGHTED = (nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.BatchNorm1d)
TITLES = {"conv2d": "convolution", "linear": "linear", "batch_norm": "batch normalisation"}


def assert_output_shape(network: ModuleHandle, input_shape: Sequence[int], expected: Sequence[int]) -> None:
    """Check the shape of the output for a random input of `input_shape`, batch first."""
    output = _trace(network, _random(tuple(input_shape))).output
    if output.shape != tuple(expected):
        raise failed(
            f"{network.name}: shape of the output for an input of shape {tuple(input_shape)}",
            expected=str(tuple(expected)),
            got=str(output.shape),
            hint="follow the shape from layer to layer; (size − kernel + 2·padding) // stride + 1",
        )


def assert_parameter_count(network: ModuleHandle, expected: int, input_shape: Sequence[int] = IMAGE_SHAPE) -> None:
    """Check the number of trainable parameters.

    Args:
        network: handle to a network of the student's; it may have lazy layers.
        expected: the right number.
        input_shape: shape of one image; the network sees two before it is counted, so that lazy layers are real.
    """
    _trace(network, _random((2, *input_shape)))
    got = sum(array.size for array in network.parameters().values())
    if got != expected:
        raise failed(
            f"{network.name}: number of trainable parameters",
            expected=f"{expected:,}",
            got=f"{got:,}",
            hint="a convolution has out·in·k·k weights and out biases; batch normalisation has two numbers a channel",
        )


def assert_batch_of_one(network: ModuleHandle, reference: Reference) -> None:
    """Check that a batch of one image gives a batch of one output, not a bare vector."""
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

    Dropout of the reference is compared too: see `coursepack.checks.dropout`.

    Args:
        network: handle to a fresh network of the student's; its weights are replaced by random ones.
        reference: the specification as a module, its weighted layers registered in call order.
        batch_sizes: sizes of the random batches to compare on; the largest comes first, as most is seen of it.
        log_probabilities_allowed: whether log-softmax of the logits is as good as the logits.
    """
    _trace(network, _random((2, *reference.input_shape)))  # makes lazy layers real
    network.load(_random_state(network.state()))
    dropouts = dropout.with_given_dropout(reference, WEIGHTED)
    for train, size in itertools.product((False, True), sorted(batch_sizes, reverse=True)):
        images = _random((size, *reference.input_shape), seed=size)
        grad_output = _random((size, 10), seed=size + 1)
        grad_output -= grad_output.mean(axis=1, keepdims=True)  # then log-softmax has the gradient of the logits
        got = _trace(network, images, train=train, grad_output=grad_output)
        _place_weights(network.name, got.layers, reference)
        about = f"{network.name} in {'train' if train else 'eval'} mode, batch of {size}"
        dropout.take_masks(about, dropouts, got.layers, size)
        expected = LocalModule(reference, "reference").trace(images, train=train, grad_output=grad_output)
        dropout.judge_masks(about, dropouts, got.layers, size, train=train)
        _compare_outputs(about, expected.output, got.output, log_probabilities_allowed)
        _compare_statistics(about, expected, got)
        _compare_gradients(about, expected, got)
    if dropouts:
        dropout.assert_drawn_anew(network, _random((max(batch_sizes), *reference.input_shape)))


def _trace(network: ModuleHandle, images: Array, *, train: bool = False, grad_output: Array | None = None) -> Pass:
    try:
        return network.trace(images, train=train, grad_output=grad_output)
    except StudentError as error:
        mode = "train" if train else "eval"
        about = f"{network.name}: forward pass in {mode} mode on an input of shape {images.shape}"
        raise student_error(about, error) from None


def _random(shape: Sequence[int], seed: int = 0) -> Array:
    return np.random.default_rng([20_261, seed]).standard_normal(shape)


def _random_state(state: dict[str, Array]) -> dict[str, Array]:
    """Draw new values for all arrays: of He's size for weights, positive where all were one (scales and variances)."""
    draw = np.random.default_rng(20_262)
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


def _place_weights(name: str, layers: Sequence[Layer], reference: Reference) -> None:
    """Copy the student's arrays into the reference, layer by layer, or say how the layers differ."""
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
    for number, (home, layer) in enumerate(zip(homes, layers, strict=True), start=1):
        _place_layer(f"{name}: layer {number} ({TITLES[layer.kind]})", home, layer)


def _place_layer(about: str, home: nn.Module, layer: Layer) -> None:
    wanted = {**dict(home.named_parameters()), **dict(home.named_buffers())}
    for key, target in wanted.items():
        if key == "num_batches_tracked":
            continue
        if key not in layer.arrays:
            raise failed(f"{about} has no {key.replace('_', ' ')}", hint="leave the layer's switches at their defaults")
        shape, array = tuple(target.shape), layer.arrays[key]
        if array.shape != shape:
            raise failed(f"{about}: shape of its {key.replace('_', ' ')}", expected=str(shape), got=str(array.shape))
        target.data = torch.from_numpy(np.array(array)).to(target.dtype if array.dtype.kind != "f" else torch.float64)


def _kind(module: nn.Module) -> str:
    if isinstance(module, nn.Conv2d):
        return "conv2d"
    return "linear" if isinstance(module, nn.Linear) else "batch_norm"


def _compare_outputs(about: str, expected: Array, got: Array, log_probabilities_allowed: bool) -> None:
    if got.shape != expected.shape:
        raise failed(f"{about}: shape of the output", expected=str(expected.shape), got=str(got.shape))
    tolerance = TOLERANCE.get(got.dtype, 1e-3)
    hint = _diagnose(expected, got, tolerance, log_probabilities_allowed)
    if log_probabilities_allowed:
        expected, got = _log_softmax(expected), _log_softmax(got)
    compare_values(f"{about}: output", expected, got.astype(expected.dtype), tolerance=tolerance, hint=hint)


def _diagnose(expected: Array, got: Array, tolerance: float, log_probabilities_allowed: bool) -> str:
    """Try the usual slips on the right output, and name the one that gives the student's."""
    softmax = np.exp(_log_softmax(expected))
    wanted = "logits or log-probabilities" if log_probabilities_allowed else "logits"
    slips = {
        f"the output went through softmax; return {wanted}": softmax,
        f"the output went through log-softmax; return {wanted}": _log_softmax(expected),
        "the output went through ReLU; the last layer has no activation": np.maximum(expected, 0.0),
    }
    for hint, slip in slips.items():
        if np.allclose(got, slip, rtol=tolerance, atol=tolerance):
            return hint
    return "the layers' weights fit; look at what lies between them: activations, pooling, padding, how you flatten"


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
    floor = tolerance / 100 * max(sizes, default=0.0)  # a bias before batch normalisation: zero, but for rounding
    for number, (right, layer) in enumerate(zip(expected.layers, got.layers, strict=True), start=1):
        for key, gradient in right.gradients.items():
            where = f"{about}: gradient of the {key} of layer {number}"
            if key not in layer.gradients:
                raise failed(f"{where} is missing", hint="something cuts the graph: detach, no_grad, .data or NumPy")
            compare_values(
                where,
                _above(gradient, floor),
                _above(layer.gradients[key].astype(gradient.dtype), floor),
                tolerance=10 * tolerance,
                hint="the output is right but its gradient is not: look for detach, no_grad or .data",
            )


def _above(gradient: Array, floor: float) -> Array:
    return np.where(np.abs(gradient) < floor, 0.0, gradient)
