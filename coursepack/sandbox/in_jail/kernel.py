"""An IPython kernel in a forked process, with sockets in a folder, no connection file, and an agent."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import sys
import types
from collections.abc import Iterator
from typing import Any

from .preload import OUT_STREAM

CONNECTION = "{HOME}/connection.json"
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")


def prepare(order: dict[str, Any], sockets: str) -> Any:
    """Return a kernel application whose sockets are open, including the agent's."""
    import zmq
    from ipykernel import kernelapp
    from traitlets.config import Config

    agent = importlib.import_module("subject_agent.agent")
    config = Config()
    config.IPKernelApp.transport = "ipc"
    config.IPKernelApp.ip = f"{sockets}/k"
    config.IPKernelApp.log_level = logging.CRITICAL
    config.IPKernelApp.outstream_class = f"{OUT_STREAM}.OutStream"
    config.Session.key = order["key"].encode("ascii")
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    for number, channel in enumerate(CHANNELS, start=1):
        setattr(config.IPKernelApp, f"{channel}_port", number)
    # The agent's socket must not look like one of zmq's.
    attach = agent.listen(f"{sockets}/subject")

    class IPKernelApp(kernelapp.IPKernelApp):
        """Drop no output if the reader is slow; queued output counts as the notebook's memory."""

        def parse_command_line(self, argv: Any = None) -> None:
            """Parse nothing: there is no command line, and to say what may stand in one takes 10 ms."""

        def init_iopub(self, context: Any) -> None:
            context.setsockopt(zmq.SNDHWM, 0)
            super().init_iopub(context)  # type: ignore[no-untyped-call]

    application: Any = IPKernelApp.instance(config=config, connection_file=CONNECTION.format(**os.environ))
    with _without_modules():
        application.initialize([])
    application.attach_agent = attach
    _leave_unsaid(application.kernel)
    return application


def _leave_unsaid(kernel: Any) -> None:
    """Let a kernel send nothing that nobody reads: that a cell begins, and its text. It costs both ends a tenth.

    The worker sent the text; the reply tells it the cell's number.
    """
    publish = kernel._publish_status

    def publish_end(status: str, *others: Any, **options: Any) -> None:
        if status != "busy":
            publish(status, *others, **options)

    kernel._publish_status, kernel._publish_execute_input = publish_end, lambda *_: None


@contextlib.contextmanager
def _without_modules() -> Iterator[None]:
    """Hide all modules from ipykernel, which lists them for its debugger: looking at each copies its page of memory."""
    from ipykernel import ipkernel

    names, shown = vars(ipkernel), types.ModuleType("sys")
    vars(shown).update(vars(sys), modules={})
    names["sys"] = shown
    try:
        yield
    finally:
        names["sys"] = sys


def serve(application: Any) -> None:
    """Serve the kernel until it is told to stop."""
    from tornado import ioloop

    application.attach_agent(ioloop.IOLoop.current().asyncio_loop)  # type: ignore[attr-defined]
    application.start()
