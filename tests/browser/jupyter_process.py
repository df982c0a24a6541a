"""A Jupyter server for tests in a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

# Milliseconds that a page may take: other tests run at the same time.
PATIENCE = 180_000


@contextmanager
def jupyter(folder: Path, scratch: Path, command_name: str, extension: str) -> Iterator[str]:
    """Run `jupyter server` or `jupyter lab` in a folder, with one of nbgrader's extensions; yield its address."""
    extensions = {f"nbgrader.server_extensions.{extension}": True}
    options = ["--allow-root", "--IdentityProvider.token=", "--ip=127.0.0.1"]
    options.append(f"--ServerApp.jpserver_extensions={extensions}")
    with served(["jupyter", command_name, *options], folder, scratch) as address:
        yield address


@contextmanager
def served(command: Sequence[str], folder: Path, scratch: Path, token: str = "") -> Iterator[str]:
    """Run a Python module that starts a Jupyter server, away from the user's settings; yield the server's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [sys.executable, "-m", *command, "--no-browser", f"--port={port}"]
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    environment = {**os.environ, **{name: str(scratch / name) for name in folders}}
    environment |= {"JUPYTER_TOKEN": token} if token else {}
    log = scratch / "server.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(arguments, cwd=folder, env=environment, stdout=stream, stderr=stream)
        try:
            yield wait_for(f"http://127.0.0.1:{port}", server, log, token)
        finally:
            server.terminate()
            server.wait(timeout=60)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path, token: str) -> str:
    for _ in range(600):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            ask(address, "/api/status", token, seconds=10)
            return address
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    raise AssertionError(log.read_text(encoding="utf-8"))


def ask(address: str, path: str, token: str = "", seconds: float = 120) -> str:
    """Return what the server answers."""
    headers = {"Authorization": f"token {token}"} if token else {}
    with urlopen(Request(f"{address}{path}", headers=headers), timeout=seconds) as answer:
        return str(answer.read().decode("utf-8"))
