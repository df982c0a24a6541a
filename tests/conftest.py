"""What all tests share: the repository, and no network."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from coursepack.course import Course

REPOSITORY = Path(__file__).resolve().parents[1]
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(scope="session")
def repository() -> Course:
    """Return the real course: this repository."""
    return Course(REPOSITORY)


@pytest.fixture(autouse=True)
def network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let connections reach this machine only (kernels speak over loopback)."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
            raise OSError(f"the network is off in tests: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
