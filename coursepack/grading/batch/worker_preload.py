"""What local workers need, imported once in the process that they are forked from; nothing else imports this module.

Its objects are then left out of garbage collection, which would write into their pages: those stay shared by all.
"""

from __future__ import annotations

import gc

import distributed.http.worker.prometheus.core
import numpy.random

import coursepack.grading.batch.cluster  # noqa: F401

gc.collect()
gc.freeze()
