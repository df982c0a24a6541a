"""Stand-in for the student's function, for judging the module around it.

It computes nothing that the exercise asks for, because student code can read this text; all that matters is that every
result depends on all arguments.
"""

from __future__ import annotations

from typing import Any

import torch


class CustomBatchNormManualFunction(torch.autograd.Function):
    """Stands in for a differentiable function of four arguments; what it computes is arbitrary."""

    @staticmethod
    def forward(ctx: Any, input: Any, gamma: Any, beta: Any, eps: float = 1e-5) -> Any:
        """Return a tensor of the input's shape that depends on all arguments."""
        ctx.save_for_backward(input, gamma, beta)
        return torch.cos(input + gamma) - torch.sin(beta * gamma + eps)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Return tensors of the arguments' shapes that depend on what came in."""
        input, gamma, beta = ctx.saved_tensors
        incoming = grad_outputs[0]
        largest = incoming.amax(dim=0)
        return torch.tanh(incoming + input), torch.cos(largest) + gamma, torch.sin(largest) + beta, None
