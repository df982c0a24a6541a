"""Bring home what a worker logs while it grades a submission: with the result, as plain data.

What a worker that is lost logged is lost with it, and so is what it logs between two submissions or in other threads.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# All loggers of the package are below this one.
ROOT = logging.getLogger("coursepack")
MAX_LINES = 2_000
MAX_TEXT = 20_000


@dataclass(frozen=True)
class LogLine:
    """One record of a worker's.

    Attributes:
        created: when, in seconds since 1970.
        level: how important.
        logger: whose.
        text: what it says.
        process: the worker's process, on its machine.
    """

    created: float
    level: int
    logger: str
    text: str
    process: int


class _Collector(logging.Handler):
    """Keeps what this thread logs: a worker may grade in several."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.lines: list[LogLine] = []
        self._thread = threading.get_ident()
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread and len(self.lines) < MAX_LINES:
            text = self.format(record)[:MAX_TEXT]
            self.lines.append(LogLine(record.created, record.levelno, record.name, text, record.process or 0))


@contextlib.contextmanager
def collected(level: int) -> Iterator[list[LogLine]]:
    """Collect what is logged within the block; nothing where it is the coordinator's own process that grades."""
    handler = _Collector(level)
    if any(isinstance(other, logging.FileHandler) for other in ROOT.handlers):
        yield handler.lines
        return
    ROOT.setLevel(level)
    ROOT.addHandler(handler)
    try:
        yield handler.lines
    finally:
        ROOT.removeHandler(handler)


def repeat(lines: Iterable[LogLine]) -> None:
    """Log a worker's records here, as of then and there."""
    for line in lines:
        logger = logging.getLogger(line.logger)
        if logger.isEnabledFor(line.level):
            fields = {"name": line.logger, "levelno": line.level, "levelname": logging.getLevelName(line.level)}
            fields |= {"msg": line.text, "created": line.created, "process": line.process}
            fields["msecs"] = line.created % 1 * 1000
            logger.handle(logging.makeLogRecord(fields))
