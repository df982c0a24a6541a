"""Batch normalisation in NumPy and float64, as ps4 and work B of docs/references.md define it.

Arrays are (samples, features). `as_samples` turns images (batch, channels, height, width) into samples: each pixel of
each image is a sample of its channel. The gradient of the input is computed from the full Jacobian of one feature,
sample by sample, not from the short formula that students derive: the two share no code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursepack.subject import Array


@dataclass(frozen=True)
class Normalised:
    """One pass in train mode.

    Attributes:
        output: γ x̂ + β, shape (samples, features).
        standard: x̂, of the same shape.
        mean: mean of each feature.
        variance: biased variance of each feature (divided by the number of samples).
        deviation: √(variance + ε).
    """

    output: Array
    standard: Array
    mean: Array
    variance: Array
    deviation: Array


def normalise(samples: Array, gamma: Array, beta: Array, eps: float) -> Normalised:
    """Normalise `samples` (samples, features) as batch normalisation does in train mode."""
    mean = samples.sum(axis=0) / len(samples)
    variance = ((samples - mean) ** 2).sum(axis=0) / len(samples)
    deviation = np.sqrt(variance + eps)
    standard = (samples - mean) / deviation
    return Normalised(gamma * standard + beta, standard, mean, variance, deviation)


@dataclass(frozen=True)
class Gradients:
    """Gradients of a loss: of the input (samples, features), and of γ and β (features)."""

    samples: Array
    gamma: Array
    beta: Array


def gradients(samples: Array, gamma: Array, eps: float, grad_output: Array) -> Gradients:
    """Return the gradients of a loss whose gradient with respect to the output is `grad_output`.

    For one feature, ∂x̂ᵢ/∂xⱼ = (δᵢⱼ − 1/B)/s − x̂ᵢ x̂ⱼ/(B s), with s = √(σ² + ε).
    """
    done = normalise(samples, gamma, np.zeros_like(gamma), eps)
    count, features = samples.shape
    grad_samples = np.empty_like(samples)
    for feature in range(features):
        standard, deviation = done.standard[:, feature], done.deviation[feature]
        jacobian = (np.eye(count) - 1.0 / count - np.outer(standard, standard) / count) / deviation
        grad_samples[:, feature] = gamma[feature] * (grad_output[:, feature] @ jacobian)
    return Gradients(grad_samples, (grad_output * done.standard).sum(axis=0), grad_output.sum(axis=0))


def as_samples(images: Array) -> Array:
    """Return images (batch, channels, height, width) as samples (batch · height · width, channels)."""
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def as_images(samples: Array, shape: tuple[int, ...]) -> Array:
    """Return samples (batch · height · width, channels) as images of `shape`, the inverse of `as_samples`."""
    batch, channels, height, width = shape
    return samples.reshape(batch, height, width, channels).transpose(0, 3, 1, 2)
