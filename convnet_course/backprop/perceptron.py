"""Checks of the multi-layer perceptron of problem set 3: in NumPy, made of the student's own modules, and in PyTorch.

The NumPy network is compared with the reference. If it differs, it is built again from our stand-ins for the student's
modules, so that a fault in a module costs no points here.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from torch import nn

from convnet_course.backprop.perceptron_cases import (
    SHAPES,
    STAND_INS,
    Pass,
    Shape,
    forward_slips,
    reference_pass,
    stand_in_pass,
)
from convnet_course.backprop.reference import NetworkPass
from coursepack.checks import source
from coursepack.checks.instances import (
    Slips,
    as_array,
    call,
    compare,
    judge_composition,
    parts_of_ours,
    place,
    random,
    read,
)
from coursepack.checks.messages import failed, student_error
from coursepack.checks.reference import Reference
from coursepack.subject import Array, InstanceHandle, StudentError, Subject

MAX_LAYERS = 30
LAYERS_HINT = "layers holds all modules, in the order in which forward calls them"
MODULES = ("LinearModule", "LeakyReLUModule", "SoftMaxModule")


def without(student: Subject, name: str, *forbidden: str) -> Subject:
    """Return the subject with the rule of `source.without` for the network's own code.

    The modules that it is made of have their own checks: using a library there costs nothing here.
    """
    with parts_of_ours(student, MODULES, STAND_INS):
        return source.without(student, name, *forbidden)


def _network(student: Subject, name: str, shape: Shape) -> tuple[str, InstanceHandle, list[str]]:
    """Return a description, a network with our parameters, and the paths of its linear layers."""
    about = shape.about(name)
    handle = student.instance(name, shape.inputs, list(shape.hidden), shape.classes, shape.slope)
    paths, sizes = _linear_layers(handle, about)
    if sizes != [(o, i) for i, o in shape.sizes]:
        expected = ", ".join(f"{i}→{o}" for i, o in shape.sizes)
        got = ", ".join(f"{i}→{o}" for o, i in sizes) or "none"
        raise failed(f"{about}: the linear layers in .layers", expected=expected, got=got, hint=LAYERS_HINT)
    for path, arrays in zip(paths, shape.parameters(), strict=True):
        for key, array in zip(("weight", "bias"), arrays, strict=True):
            place(handle, about, f"{path}.params.{key}", array)
    return about, handle, paths


def _linear_layers(handle: InstanceHandle, about: str) -> tuple[list[str], list[tuple[int, ...]]]:
    """Return paths and weight shapes of the members of `.layers` that have a weight."""
    paths, sizes = [], []
    for number in range(MAX_LAYERS):
        path = f"layers.{number}"
        try:
            weight = as_array(f"{about}: the weight of .layers[{number}]", handle.get(f"{path}.params.weight"))
        except StudentError as error:
            if not error.is_a("AttributeError") or "'layers'" in error.message.split(" in ")[0]:
                raise student_error(f"{about}: .layers", error) from None
            if f"'{number}'" in error.message.split(" in ")[0]:
                break
            continue
        paths.append(path)
        sizes.append(weight.shape)
    return paths, sizes


def _require_all_modules(about: str, handle: InstanceHandle, shape: Shape) -> None:
    """Check that `.layers` holds every module: a linear one at each even place, and the module after it."""
    for number, _ in enumerate(shape.sizes):
        for position, what in ((2 * number, "linear module"), (2 * number + 1, "activation or softmax")):
            try:
                parameters = handle.get(f"layers.{position}.params")
            except StudentError:
                parameters = None
            if parameters is None or bool(parameters) != (position % 2 == 0):
                expected = f"a {what}, with its params" if position % 2 == 0 else f"the {what}, with empty params"
                raise failed(f"{about}: .layers[{position}]", expected=expected, got="something else", hint=LAYERS_HINT)


def assert_network_forward(student: Subject, name: str) -> None:
    """Check structure and output of the NumPy network."""
    judge_composition(
        student,
        MODULES,
        lambda: _check_forward(student, name, reference_pass),
        lambda: _check_forward(student, name, stand_in_pass),
        stand_ins=STAND_INS,
    )


def _check_forward(student: Subject, name: str, right: Pass) -> None:
    for shape in SHAPES:
        about, handle, paths = _network(student, name, shape)
        x, dout = shape.batch_arrays()
        got = call(handle, about, "forward", x)
        slips, held = dict(forward_slips(shape, x)), _held(handle, about, paths)
        compare(f"{about}: forward", right(shape, x, dout).output, got, slips, seen=held)
        _require_all_modules(about, handle, shape)


def _held(handle: InstanceHandle, about: str, paths: Sequence[str], holder: str = "params") -> list[Array]:
    """Return the parameters, or their gradients, layer by layer, as the network holds them."""
    return [read(handle, about, f"{path}.{holder}.{key}") for path in paths for key in ("weight", "bias")]


def assert_network_backward(student: Subject, name: str) -> None:
    """Check the gradients of the input and of every layer's parameters, given the gradient of the output."""
    judge_composition(
        student,
        MODULES,
        lambda: _check_backward(student, name, reference_pass),
        lambda: _check_backward(student, name, stand_in_pass),
        stand_ins=STAND_INS,
    )


def _check_backward(student: Subject, name: str, right: Pass) -> None:
    for shape in SHAPES:
        about, handle, paths = _network(student, name, shape)
        x, dout = shape.batch_arrays()
        output = as_array(f"{about}: forward", call(handle, about, "forward", x))
        found = as_array(f"{about}: what backward returns", call(handle, about, "backward", dout))
        got = [found, *_held(handle, about, paths, "grads")]
        labels = ["gradient of the input (what backward returns)"]
        labels += [f".{path}.grads['{key}']" for path in paths for key in ("weight", "bias")]
        expected, held = right(shape, x, dout), _held(handle, about, paths)
        hint = "pass each module's result to the module before it, starting with the last module"
        if output.shape != expected.output.shape or not np.allclose(output, expected.output, rtol=1e-4):
            hint = "the result of forward is not right yet; fix that first"
        for label, gradient, array in zip(labels, _gradients(expected), got, strict=True):
            slips = {"this is dout itself": dout}
            compare(f"{about}: {label}", gradient, array, slips, hint, seen=[output, *held, *got])


def _gradients(found: NetworkPass) -> list[Array]:
    return [found.input_gradient, *(array for pair in found.gradients for array in pair)]


def assert_network_step(student: Subject, name: str) -> None:
    """Check `step(learning_rate)`: it must subtract learning rate times `.grads` from the parameters."""
    judge_composition(
        student, MODULES, lambda: _check_step(student, name), lambda: _check_step(student, name), stand_ins=STAND_INS
    )


def _check_step(student: Subject, name: str) -> None:
    for shape in SHAPES[:3]:
        about, handle, paths = _network(student, name, shape)
        gradients = [(random(o, i, seed=k + 30), random(o, seed=k + 30)) for k, (i, o) in enumerate(shape.sizes)]
        for rate in (0.5, 0.02):
            before = _held(handle, about, paths)
            places = [f"{path}.{{}}.{key}" for path in paths for key in ("weight", "bias")]
            arrays = [array for pair in gradients for array in pair]
            for path, array in zip(places, arrays, strict=True):
                place(handle, about, path.format("grads"), array)
            call(handle, about, "step", rate)
            for path, old, gradient in zip(places, before, arrays, strict=True):
                got = read(handle, about, path.format("params"))
                where = f"{about}: .{path.format('params')} after step({rate:g})"
                slips, hint = _step_slips(old, gradient, rate, got), "params − learning_rate · grads, for every layer"
                compare(where, old - rate * gradient, got, slips, hint)


def _step_slips(old: Array, gradient: Array, rate: float, got: Array) -> Slips:
    slips = {
        "the step must go against the gradient: subtract": old + rate * gradient,
        "it did not change": old,
        "the old value is lost: subtract from it": -rate * gradient,
    }
    if got.shape == old.shape:
        taken = float(((old - got) * gradient).sum() / (gradient**2).sum())
        slips["the learning rate that was passed is not used"] = old - taken * gradient
    return slips


def torch_perceptron(inputs: int, hidden: Sequence[int], classes: int, slope: float) -> Reference:
    """Return the reference of the PyTorch network: linear layers with leaky ReLU between them, logits at the end."""
    widths, layers = [inputs, *hidden, classes], list[nn.Module]()
    for before, after in itertools.pairwise(widths):
        layers += [nn.Linear(before, after), nn.LeakyReLU(slope)]
    return Reference(*layers[:-1], input_shape=(inputs,))
