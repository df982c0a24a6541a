"""What local workers need, imported once in the process that they are forked from; nothing else imports this module.

Its objects are then left out of garbage collection, which would write into their pages: those stay shared by all.
"""

from __future__ import annotations

import contextlib
import gc
import importlib

NEEDED = ("coursepack.grading.batch.cluster", "numpy.random", "distributed.http.worker.prometheus.core")

for name in NEEDED:
    with contextlib.suppress(ImportError):  # the last needs a library that Dask can do without
        importlib.import_module(name)
gc.collect()
gc.freeze()
