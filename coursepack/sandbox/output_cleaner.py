"""Clean the outputs of one notebook in a separate process, whose time and memory the system limits.

Run as `python -m coursepack.sandbox.output_cleaner` with a request as JSON on standard input: "cells", a list of
[outputs of a cell, characters that they may take], "room", what all may take, "cpu_seconds" and "memory_bytes". It
answers with one line of JSON for each cell, so that cells cleaned before a limit ended it are not lost.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys

from coursepack.sandbox.safe_output import Cleaner


def limit(cpu_seconds: int, memory_bytes: int) -> None:
    """Let the system end this process if it takes more."""
    for name, most in (("CPU", cpu_seconds), ("AS", memory_bytes), ("CORE", 0)):
        with contextlib.suppress(ValueError, OSError):  # macOS has no memory limit
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin.buffer)
    limit(request["cpu_seconds"], request["memory_bytes"])
    cleaner = Cleaner(request["room"])
    for outputs, room in request["cells"]:
        print(json.dumps(cleaner.clean(outputs, room)), flush=True)


if __name__ == "__main__":
    main()
