"""A Jupyter server for tests in a browser."""

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
from urllib.request import urlopen

# Milliseconds that a page may take: other tests run at the same time.
PATIENCE = 180_000


@contextmanager
def jupyter(folder: Path, scratch: Path, command_name: str, extension: str) -> Iterator[str]:
    """Run `jupyter server` or `jupyter lab` in a folder, with one of nbgrader's extensions; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    extensions = {f"nbgrader.server_extensions.{extension}": True}
    command = [sys.executable, "-m", "jupyter", command_name, "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--IdentityProvider.token=", f"--ServerApp.jpserver_extensions={extensions}", "--ip=127.0.0.1"]
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    environment = {**os.environ, **{name: str(scratch / name) for name in folders}}
    with (scratch / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield wait_for(f"http://127.0.0.1:{port}", server, scratch / "server.log")
        finally:
            server.terminate()
            server.wait(timeout=60)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(600):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urlopen(f"{address}/api/status", timeout=10):
                return address
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8"))
