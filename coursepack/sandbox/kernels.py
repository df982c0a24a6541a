"""A provisioner and a manager that give jupyter_client and nbclient kernels from a fork server."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from coursepack.sandbox import seccomp
from coursepack.sandbox.fork_server import SOCKETS, ServerConnection
from coursepack.sandbox.limits import Limits
from coursepack.sandbox.process_handles import ProcessHandles
from coursepack.sandbox.resource_usage import stat_of

CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
MAX_MESSAGE = 16 * 2**20
MAX_WAITING = 20
RECONNECT_MILLISECONDS = 30
ANSWER_SECONDS, ECHO_SECONDS = 1.0, 0.05
LOOK_SECONDS = 0.1


class ForkProvisioner(KernelProvisionerBase):
    """Get a kernel from a fork server instead of starting a program.

    Attributes:
        folder: where the kernel's sockets are, on this side.
        guard: the topmost of the notebook's processes.
        kernel: the kernel's own process.
    """

    def __init__(self, server: ServerConnection, limits: Limits, files: Mapping[str, bytes], **options: Any) -> None:
        super().__init__(**options)
        self._server, self._limits, self._files = server, limits, files
        self.number = secrets.token_hex(6)  # unlike that of any other worker's kernel
        self.folder = server.folder / self.number
        self.guard: psutil.Process | None = None
        self.kernel: psutil.Process | None = None
        self._chain: ProcessHandles | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started and has not been cleaned up yet."""
        return self.guard is not None

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        """Prepare nothing: there is no command and no environment."""
        return {"cmd": []}

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Let the server fork a kernel."""
        key = secrets.token_hex(16)
        inside = f"{SOCKETS}/{self.number}" if self._server.jailed else str(self.folder)
        order = {
            "folder": inside,
            "home": str(self.folder / "home"),
            "key": key,
            "files": {name: base64.b64encode(content).decode("ascii") for name, content in self._files.items()},
            "filter": seccomp.filter_program() if self._server.jailed else "",
            "limits": self._limits.resources() if self._server.jailed else {},
            "scratch_bytes": self._limits.scratch_bytes,
            "scratch_files": self._limits.scratch_files,
        }
        self._leave_order(json.dumps(order))
        self.guard = await self._server.fork(self.number, inside)
        chain = self._find_chain()
        self.kernel = chain[-1]
        self._chain = ProcessHandles([process.pid for process in chain])
        ports = {f"{channel}_port": number for number, channel in enumerate(CHANNELS, start=1)}
        info: Any = {"transport": "ipc", "ip": str(self.folder / "k"), "key": key.encode("ascii"), **ports}
        info["signature_scheme"] = "hmac-sha256"
        self.connection_info = info
        return info

    def _leave_order(self, order: str) -> None:
        """Write what kernel to be into the kernel's folder, for the server's user alone."""
        owner = self._server.folder.stat()
        self.folder.mkdir(mode=0o700)
        path = self.folder / "order"
        path.touch(mode=0o600)
        path.write_text(order, encoding="ascii")
        for place in (path, self.folder):
            os.chown(place, owner.st_uid, owner.st_gid)

    def _find_chain(self) -> list[psutil.Process]:
        """Return guard, init and kernel, found before any student code ran."""
        chain: list[Any] = [self.guard]
        for _ in range(2 if self._server.jailed else 0):
            chain += chain[-1].children()
        return chain

    async def poll(self) -> int | None:
        """Return None while the kernel is alive."""
        return 1 if self._chain is None or self._chain.any_ended() or self._main_thread_ended() else None

    def _main_thread_ended(self) -> bool:
        """Tell whether the kernel can answer no more, although others of its threads may run: no handle tells that."""
        state = stat_of(self.kernel.pid)[:1] if self.kernel is not None else []
        return state in ([], [b"Z"], [b"X"])

    async def wait(self) -> int | None:
        """Wait until all processes of the notebook are gone: its init ends last."""
        while self._chain is not None and not self._chain.all_ended():
            await asyncio.sleep(0.005)
        self._forget()
        return 0

    def _forget(self) -> None:
        if self._chain is not None:
            self._chain.close()
        self.guard = self._chain = None

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel, never what it started."""
        if signum == signal.SIGKILL:
            self._server.kill_kernel()
        elif self.kernel is not None:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                self.kernel.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and everything it started."""
        self._server.kill_kernel()

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel and everything it started."""
        self._server.kill_kernel()

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets."""
        self._forget()
        shutil.rmtree(self.folder, ignore_errors=True)


class PromptClient(AsyncKernelClient):
    """A client that is ready as soon as it has received the kernel's messages on both channels.

    jupyter_client's own is ready when IOPub has been silent for 0.2 s, about as long as our kernels take to start.
    Here, later messages on IOPub belong to other requests than a cell's, and nbclient ignores them.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its outputs arrive.

        Raises:
            RuntimeError: it died, or did not answer within `timeout` seconds.
        """
        until = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < until:
            asked = self.kernel_info()
            if await _received(self.get_shell_msg, asked, ANSWER_SECONDS):
                if await _received(self.get_iopub_msg, asked, ECHO_SECONDS):
                    return
            elif not await self._async_is_alive():
                raise RuntimeError("the kernel died before it answered")
        raise RuntimeError(f"the kernel did not answer within {timeout} s")


async def _received(receive: Callable[..., Awaitable[dict[str, Any]]], asked: str, seconds: float) -> bool:
    """Tell whether an answer to a request arrives in time."""
    with contextlib.suppress(queue.Empty):
        while True:
            message = await receive(timeout=seconds)
            if message["parent_header"].get("msg_id") == asked:
                return True
    return False


class ForkedKernelManager(AsyncKernelManager):
    """Manage one kernel of a fork server.

    Args:
        server: the fork server.
        limits: the notebook's limits.
        files: the files beside the notebook, by relative path.
    """

    def __init__(self, server: ServerConnection, limits: Limits, files: Mapping[str, bytes], **options: Any) -> None:
        super().__init__(transport="ipc", client_factory=PromptClient, **options)
        self.fork = ForkProvisioner(server, limits, files, parent=self)
        self.provisioner = self.fork
        self.ip = str(self.fork.folder / "k")
        # A spec without a program: the server is already running one.
        self._kernel_spec = KernelSpec(argv=["-"], display_name="forked", language="python")

    def write_connection_file(self, **options: Any) -> None:
        """Write no connection file: clients get the connection directly."""

    def client(self, **options: Any) -> Any:
        """Return a client that accepts no message above 16 MiB and queues only a few."""
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
        context.setsockopt(zmq.RCVHWM, MAX_WAITING)
        context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MILLISECONDS)  # until the kernel's sockets are there
        client = super().client(context=context, **options)
        client._created_context = True  # so that the client closes it
        return client

    async def attends(self) -> None:
        """Wait until the kernel's main thread turns to what it is asked next, or the kernel has ended.

        The agent ends a conversation in which nothing is said; it costs the kernel a tenth of an answer over ZeroMQ.
        """
        loop = asyncio.get_running_loop()
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection, contextlib.suppress(OSError):
            connection.setblocking(False)
            await loop.sock_connect(connection, str(self.subject_socket))
            connection.shutdown(socket.SHUT_WR)
            while await self.fork.poll() is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(loop.sock_recv(connection, 1), LOOK_SECONDS)
                    return

    @property
    def subject_socket(self) -> Path:
        """The address on which the agent in this kernel listens."""
        return self.fork.folder / "subject"
