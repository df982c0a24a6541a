"""Random inputs for checks and hidden tests, reproducible, and others for each course that has a secret."""

from __future__ import annotations

import hashlib
import os

import numpy as np

from coursepack.kernel_environment import SECRET


def generator(*seed: int) -> np.random.Generator:
    """Return a random generator that always draws the same, but with a course's secret something of its own.

    Args:
        seed: whole numbers of at least 0, which keep one use apart from another. Without a secret
            (`coursepack.course_secret`), `generator(1)` draws as `np.random.default_rng(1)`, `generator(1, 2)` as
            `np.random.default_rng([1, 2])`.
    """
    secret = os.environ.get(SECRET, "").strip()
    if not secret:
        return np.random.default_rng(seed[0] if len(seed) == 1 else list(seed))
    own = int.from_bytes(hashlib.sha256(secret.encode()).digest()[:16], "big")
    return np.random.default_rng([*seed, own])
