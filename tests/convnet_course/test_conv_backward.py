"""Does the check of ps3's optional exercise pass right modules, and say of wrong ones what is wrong?

The exercise carries no points, so `coursepack validate` does not ask.
"""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional
from visible_cells import quietly, solved

NEEDED = ("numerical-gradient", "relative-error", "gradient-check")
CELL, CHECK = "conv-backward", "conv-backward-check"
DX, WEIGHT = "dx[met] += dout * weight[u, v]", 'self.grads["weight"][u, v] = np.sum(dout * self.x[met])'
BIAS, LARGEST = 'self.grads["bias"] = dout.sum().reshape(1)', "np.eye(4)[windows.argmax(axis=3)] * dout[..., None]"
# Right answers in other styles: what they replace, and by what.
RIGHT = {
    "the weight's gradient by a dot product": (
        WEIGHT,
        'self.grads["weight"][u, v] = (dout.ravel() @ self.x[met].ravel())',
    ),
    "the bias's gradient as an array of one": (BIAS, 'self.grads["bias"][0] = dout.sum()'),
    "the last of equal numbers": (LARGEST, "np.eye(4)[3 - windows[..., ::-1].argmax(axis=3)] * dout[..., None]"),
    "a gradient shared among equal numbers": (
        LARGEST,
        "(windows == windows.max(axis=3, keepdims=True)) * dout[..., None]"
        " / (windows == windows.max(axis=3, keepdims=True)).sum(axis=3, keepdims=True)",
    ),
}
# Wrong ones: the same, and what the check must say.
WRONG = {
    "assigns instead of adding": (DX, "dx[met] = dout * weight[u, v]", "dx is wrong"),
    "does not turn the kernel": (DX, "dx[met] += dout * weight[-1 - u, -1 - v]", "dx is wrong"),
    "takes the mean over places": (WEIGHT, WEIGHT.replace("np.sum", "np.mean"), r"grads\['weight'\]: expected"),
    "takes the first image only": (WEIGHT, WEIGHT.replace("dout * self.x[met]", "(dout * self.x[met])[0]"), "wrong"),
    "forgets the bias": (BIAS, "pass", r"grads\['bias'\]: expected"),
    "takes the bias's mean over images": (
        BIAS,
        'self.grads["bias"] = dout.mean(axis=0).sum().reshape(1)',
        "bias is wrong",
    ),
    "returns nothing": ("return dx\n", "return None\n", "shape of x"),
    "pads the gradient with the pixels": ("np.zeros_like(self.x)", "self.x.copy()", "dx is wrong"),
    "gives the gradient to all four": (LARGEST, "np.ones(4) * dout[..., None]", r"\[\[0, 7\], \[0, 0\]\]"),
    "gives it to all equal numbers": (
        LARGEST,
        "(windows == windows.max(axis=3, keepdims=True)) * dout[..., None]",
        "28",
    ),
    "forgets the gradient": (LARGEST, "np.eye(4)[windows.argmax(axis=3)] * (dout[..., None] > -9)", r"\[\[0, 7\]"),
    "mixes rows and columns": (
        "reshape(batch, height, 2, width, 2).swapaxes(2, 3).reshape",
        "reshape(batch, height, 2, width, 2).reshape",
        "MaxPoolModule",
    ),
}


def checked(before: str = "", after: str = "") -> str:
    """Run the check on the solution, part of it replaced, and return what it prints."""
    cells, namespace, said = solved("ps3_backprop"), dict[str, Any](np=np), io.StringIO()
    for name in NEEDED:
        quietly(cells[name].source, namespace)
    source = cells[CELL].source
    assert before in source
    np.random.seed(0)
    quietly(source.replace(before, after) if before else source, namespace)
    with contextlib.redirect_stdout(said):
        exec(cells[CHECK].source, namespace)
    return said.getvalue()


@pytest.mark.parametrize("style", ["the solution", *RIGHT])
def test_does_the_check_pass_a_right_answer(style: str) -> None:
    lines = checked(*RIGHT.get(style, ())).splitlines()
    assert [line.split(":")[0] for line in lines] == ["✓ ConvModule", "✓ MaxPoolModule"]


@pytest.mark.parametrize("mistake", WRONG)
def test_does_the_check_say_what_is_wrong(mistake: str) -> None:
    before, after, said = WRONG[mistake]
    with pytest.raises(AssertionError, match=said):
        checked(before, after)


def test_is_an_answer_that_is_not_written_yet_no_error() -> None:
    assert "not written yet" in checked(DX, "raise NotImplementedError()")


@pytest.mark.parametrize("shape", [(1, 4, 6), (3, 8, 6)], ids=str)
def test_are_the_gradients_those_of_autograd(shape: tuple[int, int, int]) -> None:
    namespace: dict[str, Any] = {"np": np}
    np.random.seed(1)
    quietly(solved("ps3_backprop")[CELL].source, namespace)
    convolution, pool = namespace["ConvModule"](3), namespace["MaxPoolModule"]()
    x = np.random.default_rng(2).normal(size=shape)
    images = torch.from_numpy(x)[:, None].requires_grad_()
    weight = torch.from_numpy(convolution.params["weight"])[None, None].requires_grad_()
    expected = functional.max_pool2d(functional.conv2d(images, weight), 2)
    dout = np.random.default_rng(3).normal(size=expected[:, 0].shape)
    torch.autograd.backward(expected, torch.from_numpy(dout)[:, None])

    np.testing.assert_allclose(pool.forward(convolution.forward(x)), expected[:, 0].detach().numpy())
    dx = convolution.backward(pool.backward(dout))
    assert images.grad is not None
    assert weight.grad is not None
    np.testing.assert_allclose(dx, images.grad[:, 0].numpy(), atol=1e-12)
    np.testing.assert_allclose(convolution.grads["weight"], weight.grad[0, 0].numpy(), atol=1e-12)
