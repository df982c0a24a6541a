"""Is a kernel's client ready when, and only when, nothing the kernel shows can be missed?"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import time
from pathlib import Path
from typing import Any

import pytest
from lab import Lab

from coursepack.sandbox.kernels import LOOK_SECONDS, ForkedKernelManager, PromptClient


class Scripted(PromptClient):
    """A client whose kernel answers by a script: what each of its requests brings on shell and on IOPub."""

    def __init__(self, *script: tuple[bool, bool], alive: bool = True) -> None:
        super().__init__()
        self._script, self._lives, self.asked = script, alive, 0

    def kernel_info(self, *_: Any, **__: Any) -> str:
        self.asked += 1
        return str(self.asked)

    async def get_shell_msg(self, **_: Any) -> dict[str, Any]:  # type: ignore[override]
        return self._answer(0)

    async def get_iopub_msg(self, **_: Any) -> dict[str, Any]:  # type: ignore[override]
        return self._answer(1)

    def _answer(self, channel: int) -> dict[str, Any]:
        if not self._script[min(self.asked, len(self._script)) - 1][channel]:
            raise queue.Empty
        return {"parent_header": {"msg_id": str(self.asked)}}

    async def _async_is_alive(self) -> bool:
        return self._lives


def test_the_first_cells_output_is_never_missed(lab: Lab) -> None:
    assert [lab.shown("print('first')") for _ in range(5)] == [["first"]] * 5


@pytest.mark.parametrize(("script", "asked"), [([(True, True)], 1), ([(False, False), (True, False), (True, True)], 3)])
def test_it_asks_until_it_is_heard_on_both_channels(script: list[tuple[bool, bool]], asked: int) -> None:
    client = Scripted(*script)
    asyncio.run(client.wait_for_ready(timeout=10))
    assert client.asked == asked


def test_a_kernel_that_died_is_not_waited_for() -> None:
    with pytest.raises(RuntimeError, match="died"):
        asyncio.run(Scripted((False, False), alive=False).wait_for_ready())


def test_a_kernel_that_says_nothing_is_given_up() -> None:
    with pytest.raises(RuntimeError, match="did not answer within"):
        asyncio.run(Scripted((True, False)).wait_for_ready(timeout=0.2))


class Agentless(ForkedKernelManager):
    """A kernel that is alive for some looks, and whose agent listens at an address that we give."""

    def __init__(self, address: Path, looks: int) -> None:
        self._address, self._looks = address, looks
        self.fork = self  # type: ignore[assignment]

    @property
    def subject_socket(self) -> Path:
        return self._address

    async def poll(self) -> int | None:
        self._looks -= 1
        return None if self._looks >= 0 else 1


async def seconds_of(manager: ForkedKernelManager, answer: Any = None) -> float:
    """Return how long a kernel is waited for whose agent does as `answer` says; without one, nobody listens."""
    server = await asyncio.start_unix_server(answer, manager.subject_socket) if answer else None
    begun = time.monotonic()
    await manager.attends()
    if server:
        server.close()
        await asyncio.sleep(0)
    return time.monotonic() - begun


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short address: that of a Unix socket has at most 107 characters."""
    return tmp_path_factory.mktemp("a") / "s"


def test_is_a_kernel_waited_for_until_its_agent_ends_the_silent_conversation(address: Path) -> None:
    async def busy(_: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3 * LOOK_SECONDS)
        writer.close()

    assert asyncio.run(seconds_of(Agentless(address, 1000), busy)) > 2.5 * LOOK_SECONDS


def test_is_a_kernel_that_ends_instead_of_answering_not_waited_for(address: Path) -> None:
    async def mute(_: Any, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            await asyncio.sleep(60)

    assert asyncio.run(seconds_of(Agentless(address, 2), mute)) < 30


def test_is_a_kernel_whose_agent_is_gone_not_waited_for(address: Path) -> None:
    assert asyncio.run(seconds_of(Agentless(address, 1000))) < 30
