"""PyTorch, for checks of networks: where it is not installed, importing such a check says what to install."""

from __future__ import annotations

try:
    import torch
    from torch import nn
except ModuleNotFoundError as error:
    remedy = "pip install 'coursepack[torch]'"
    raise ModuleNotFoundError(f"this check needs PyTorch: {remedy}", name=error.name) from error

__all__ = ["nn", "torch"]
