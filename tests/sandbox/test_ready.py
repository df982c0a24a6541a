"""Is a kernel's client ready when, and only when, nothing the kernel shows can be missed?"""

from __future__ import annotations

import asyncio
import queue
from typing import Any

import pytest
from lab import Lab

from coursepack.sandbox.kernels import PromptClient


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
