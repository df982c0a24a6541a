"""JupyterLab as `coursepack lab` and `coursepack instructor` start it, for tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from coursepack.course import Course

TOKEN = "test-token"


@contextmanager
def running(course: Course, command: str, scratch: Path) -> Iterator[str]:
    """Run one of the two commands in the course folder; yield the server's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    environment = {**os.environ, "JUPYTER_TOKEN": TOKEN, **{name: str(scratch / name) for name in folders}}
    arguments = [sys.executable, "-m", "coursepack", command, "--no-browser", f"--port={port}"]
    with (scratch / "log").open("wb") as log:
        server = subprocess.Popen(arguments, cwd=course.root, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                assert server.poll() is None, (scratch / "log").read_text(encoding="utf-8")
                try:
                    ask(address, "/api/status")
                    break
                except (URLError, ConnectionError, TimeoutError):
                    time.sleep(0.5)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=60)


def ask(address: str, path: str) -> str:
    """Return what the server answers."""
    request = Request(f"{address}{path}", headers={"Authorization": f"token {TOKEN}"})
    with urlopen(request, timeout=120) as answer:
        return str(answer.read().decode("utf-8"))
