"""Does the subject tell truly what a function's backward returned, and what a module keeps from step to step?"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from coursepack.subject import LocalSubject, Step, StudentError
from coursepack.subject.pass_records import read_function_pass, read_inventory, read_step_result


class Scale(torch.autograd.Function):
    """x · w + constant, with a backward that returns a gradient for w only where it is wanted."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, w: torch.Tensor, constant: float) -> torch.Tensor:
        ctx.save_for_backward(x, w)
        return x * w + constant

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[Any, ...]:
        x, w = ctx.saved_tensors
        return grad * w, (grad * x).sum(0) if ctx.needs_input_grad[1] else None, None


class Careless(Scale):
    """Changes what it is given."""

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[Any, ...]:
        return grad.mul_(2), None, None


SUBJECT = LocalSubject({"Scale": Scale, "Careless": Careless, "number": 3})
X, W, GRAD = np.arange(6.0).reshape(3, 2), np.array([2.0, -1.0]), np.ones((3, 2))


def test_are_output_gradients_and_what_backward_returned_told() -> None:
    result = SUBJECT.function_pass("Scale", [X, W], GRAD, constants=[0.5], needs=(True, True))
    np.testing.assert_array_equal(result.output, X * W + 0.5)
    np.testing.assert_array_equal(result.gradients[0], np.broadcast_to(W, X.shape))
    np.testing.assert_array_equal(result.gradients[1], X.sum(axis=0))
    assert len(result.returned) == 3
    assert result.returned[2] is None
    assert result.changed == ()


def test_is_an_unwanted_gradient_seen_in_what_backward_returned() -> None:
    result = SUBJECT.function_pass("Scale", [X, W], GRAD, constants=[0.5], needs=(False, True))
    assert result.gradients[0] is None
    assert result.returned[0] is not None
    result = SUBJECT.function_pass("Scale", [X, W], GRAD, constants=[0.5], needs=(True, False))
    assert result.returned[1] is None


def test_is_backward_left_alone_where_nothing_needs_a_gradient() -> None:
    assert SUBJECT.function_pass("Scale", [X, W], GRAD, constants=[0.5], needs=(False, False)).returned == []


def test_is_a_change_in_place_told_and_kept_from_the_gradients() -> None:
    result = SUBJECT.function_pass("Careless", [X, W], GRAD, constants=[0.5], needs=(True, False))
    assert result.changed == ("grad_output",)
    np.testing.assert_array_equal(result.gradients[0], 2 * GRAD)
    assert GRAD.max() == 1.0


def test_is_what_is_no_function_refused() -> None:
    with pytest.raises(StudentError, match="not a class derived from"):
        SUBJECT.function_pass("number", [X, W], GRAD, constants=[], needs=(True, True))


class Counter(nn.Module):
    """Adds up what it has seen, in one buffer that is saved and one that is not."""

    def __init__(self, attached: bool = False) -> None:
        super().__init__()
        self.attached = attached
        self.weight = nn.Parameter(torch.ones(1))
        self.frozen = nn.Parameter(torch.ones(1), requires_grad=False)
        self.register_buffer("seen", torch.zeros(1))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            total = x.sum(0) if self.attached else x.detach().sum(0)
            self.seen = self.seen + total
        return x * self.weight


STEPS = [Step(np.ones((2, 1)), grad_output=np.ones((2, 1))), Step(np.ones((3, 1))), Step(np.ones((3, 1)), train=False)]


def test_does_the_state_carry_on_from_step_to_step_and_no_further() -> None:
    handle = LocalSubject({"Counter": Counter}).module("Counter")
    for _ in range(2):
        assert [float(result.state["seen"][0]) for result in handle.steps(STEPS)] == [2.0, 5.0, 5.0]
    assert handle.state()["seen"] == 0.0


def test_are_gradients_and_held_graphs_told() -> None:
    [result] = LocalSubject({"Counter": Counter}).module("Counter").steps(STEPS[:1])
    np.testing.assert_array_equal(result.input_gradient, np.ones((2, 1)))
    assert result.gradients.keys() == {"weight"}
    assert result.attached == ()
    assert "MulBackward0" in result.operations
    [result] = LocalSubject({"Counter": Counter}).module("Counter", attached=True).steps(STEPS[:1])
    assert result.attached == ("seen",)


def test_are_parameters_buffers_and_what_is_saved_told_apart() -> None:
    held = LocalSubject({"Counter": Counter}).module("Counter").inventory()
    assert held.parameters == ("weight", "frozen")
    assert held.buffers == ("seen", "scratch")
    assert set(held.saved) == {"weight", "frozen", "seen"}


def test_does_an_honest_record_survive_the_journey_and_a_malformed_one_not() -> None:
    handle = LocalSubject({"Counter": Counter}).module("Counter")
    records = {
        read_function_pass: SUBJECT.function_pass("Scale", [X, W], GRAD, constants=[0.5], needs=(True, False)),
        read_step_result: handle.steps(STEPS[:1])[0],
        read_inventory: handle.inventory(),
    }
    for read, record in records.items():
        body = dataclasses.asdict(record)
        assert type(read(body)) is type(record)
        for key in body:
            with pytest.raises(ValueError, match="malformed"):
                read(body | {key: object()})
        with pytest.raises(ValueError, match="malformed"):
            read({})
