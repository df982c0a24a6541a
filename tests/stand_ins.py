"""A course's stand-ins, as the judge hands them to the far end of a subject."""

from __future__ import annotations

STAND_INS = """
import numpy as np

def relative_error(a, b):
    return float(np.sum(np.cos(a) + np.cos(b)))

class LinearModule:
    def __init__(self, in_features, out_features):
        self.params = {"bias": np.zeros(out_features)}
"""
