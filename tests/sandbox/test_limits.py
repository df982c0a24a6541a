"""What does code that breaks or exhausts something cost? Its own cells, and nothing else."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest
from lab import Lab, added, said, verdicts, with_cell
from tiny_course import answered

from coursepack.grading.notebook.grade_notebook import MESSAGES
from coursepack.grading.notebook.session import StopReason
from coursepack.judge.verdict import Verdict
from coursepack.sandbox.cell_runner import CellRunner
from coursepack.sandbox.kernels import ForkProvisioner

ENDLESS = "while True:\n    pass"
STUBBORN = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
# Ends the kernel's main thread alone, while another goes on.
HEADLESS = (
    "import ctypes, platform, threading, time\n{}\n"
    "ctypes.CDLL(None).syscall(60 if platform.machine() == 'x86_64' else 93, 0)"
)
ASLEEP = HEADLESS.format("threading.Thread(target=time.sleep, args=(600,)).start()")
HOARDING = HEADLESS.format(
    "def hoard():\n    time.sleep(1)\n    hoarded = []\n    while True:\n        hoarded.append(b'x' * 10_000_000)\n"
    "threading.Thread(target=hoard).start()"
)
# What stands in the body of `double`, and what its hidden test ends as.
BODIES = {
    "exit": ("import os; os._exit(0)", Verdict.STUDENT_ERROR),
    "system exit": ("import sys; sys.exit(0)", Verdict.STUDENT_ERROR),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", Verdict.STUDENT_ERROR),
    "endless loop": (ENDLESS.replace("\n", "\n    "), Verdict.TIMED_OUT),
    "stubborn loop": (STUBBORN.replace("\n", "\n    "), Verdict.TIMED_OUT),
    "memory": ("x = []\n    while True:\n        x.append(bytearray(10_000_000))", Verdict.OUT_OF_MEMORY),
    "memory behind a thread that ended": (HOARDING.replace("\n", "\n    "), Verdict.OUT_OF_MEMORY),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_function_that_ends_badly_costs_its_own_tests(lab: Lab, what: str) -> None:
    """Does a function that breaks when it is asked leave the next exercise its points?"""
    body, verdict = BODIES[what]
    # Time enough to fill the memory, on a busy machine too.
    seconds = 20.0 if verdict is Verdict.OUT_OF_MEMORY else 1.0
    graded = lab.grade(answered(double=body), cell_cpu_seconds=seconds, cell_wall_seconds=8 * seconds)
    found = {record.grade_id: record.verdict for record in graded.records}
    assert found["double-hidden"] is verdict
    assert found["treble-hidden"] is Verdict.PASSED


def test_a_visible_test_that_was_stopped_says_what_hidden_ones_say(lab: Lab) -> None:
    graded = lab.grade(answered(double=BODIES["endless loop"][0]), cell_cpu_seconds=1.0, cell_wall_seconds=8.0)
    said = {record.grade_id: record.message for record in graded.records}
    assert said["double-visible"] == said["double-hidden"] == MESSAGES[StopReason.TIME]


CELLS = {
    "exit": "import os; os._exit(0)",
    "kill": "import os; os.kill(os.getpid(), 9)",
    "segmentation fault": "import ctypes; ctypes.string_at(0)",
    "endless loop": ENDLESS,
    "stubborn loop": STUBBORN,
    "memory": "x = bytearray(3_000_000_000); x[::4096] = b'x' * len(x[::4096])",
    "memory of many processes": "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
    "        x = b'x' * 200_000_000; time.sleep(60)\n        os._exit(0)\ntime.sleep(60)",
    "shared memory": "from multiprocessing import shared_memory\nblocks = []\n"
    "while True:\n    blocks.append(shared_memory.SharedMemory(create=True, size=4_000_000))\n"
    "    blocks[-1].buf[:] = b'x' * 4_000_000",
    # Ended in its own cell: what it leaves running would be the next cell's burden, and so the student's own.
    "fork bomb": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
    "threads": "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(60,)).start()",
    "disk": "f = open('big', 'wb')\nwhile True:\n    f.write(b'x' * 1_000_000)",
    "files": "n = 0\nwhile True:\n    n += 1; open(f'f{n}', 'w').close()",
    "output": "while True:\n    print('x' * 10_000)",
    "one huge output": "print('x' * 80_000_000)",
    "interpreter": "import sys, IPython; sys.modules.clear(); IPython.get_ipython().run_cell = None",
    "event loop": "import asyncio; asyncio.get_event_loop().stop()",
    "signals": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass",
}  # fmt: skip


@pytest.mark.parametrize("what", CELLS)
def test_a_cell_that_ends_badly_costs_nothing_else(lab: Lab, what: str) -> None:
    """Does a submission with right answers keep its points whatever another cell does?"""
    graded = lab.grade(with_cell(CELLS[what], before="treble"))
    assert graded.points == graded.max_points, verdicts(graded)


def test_a_kernel_whose_main_thread_has_ended_is_dead(lab: Lab) -> None:
    """Is it replaced at once, although others of its threads go on, and not at the end of its time?"""
    begun = time.monotonic()
    graded = lab.grade(with_cell(ASLEEP, before="treble"), cell_cpu_seconds=60.0, cell_wall_seconds=120.0)
    assert graded.points == graded.max_points, verdicts(graded)
    assert time.monotonic() - begun < 60.0
    assert any("ended the kernel" in note for note in graded.notes)


def test_sleep_ends_at_the_wall_clock(lab: Lab) -> None:
    """Is a cell that uses no CPU time stopped as well?"""
    body = "import time; time.sleep(1000)"
    graded = lab.grade(answered(double=body), cell_wall_seconds=2.0)
    assert verdicts(graded)["double-hidden"] == "timed out"
    assert verdicts(graded)["treble-hidden"] == "passed"


def test_a_notebook_has_an_end(lab: Lab) -> None:
    """Are cells beyond the notebook's time marked as not reached?"""
    graded = lab.grade(with_cell("import time; time.sleep(30)"), notebook_wall_seconds=3.0)
    assert set(verdicts(graded).values()) == {"not reached"}
    assert graded.points == 0


def test_kernels_are_not_started_for_ever(lab: Lab) -> None:
    """Does a notebook whose every call ends the kernel come to an end?"""
    body = "import os; os._exit(0)"
    graded = lab.grade(answered(double=body, treble=body), restarts=1)
    assert graded.points == 0
    assert verdicts(graded)["treble-hidden"] in ("student error", "not reached")


def test_output_is_limited(lab: Lab) -> None:
    """Is what a cell shows cut, and said to be?"""
    graded = lab.grade({"cells": [added("for _ in range(3000):\n    print('x' * 1000)")]}, cell_output_bytes=100_000)
    [cell] = [cell for cell in graded.notebook.cells if cell.id.startswith("added-")]
    assert len(str(cell.outputs)) < 150_000
    assert "left out" in said(cell)
    [note] = [note for note in graded.notes if "showed more than" in note]
    assert note == f"cell {cell.id} showed more than {100_000 / 2**20:g} MiB; the rest was left out"


def test_output_too_large_to_be_sent_silences_no_later_cell(lab: Lab) -> None:
    """Is it said that a cell showed far too much at once, and is what the next ones show there?"""
    flood = "print('x' * 20_000_000)"
    graded = lab.grade({"cells": [added(flood), added("print('still heard')")]}, cell_cpu_seconds=20.0)
    large, later = [cell for cell in graded.notebook.cells if cell.id.startswith("added-")]
    assert said(large) == "… the rest of the output was left out"
    assert f"cell {large.id} showed more than 4 MiB; the rest was left out" in graded.notes
    assert said(later) == "still heard"


def test_a_kernel_that_shows_nothing_any_more_is_replaced(lab: Lab) -> None:
    """Does a cell that closes the channel of all outputs cost only itself?"""
    mute = "get_ipython().kernel.iopub_thread.socket.close()"
    # Trying to send, the kernel takes up to a second of CPU time itself.
    limits = {"cell_cpu_seconds": 20.0, "cell_wall_seconds": 30.0}
    graded = lab.grade({"cells": [added(mute), added("print('heard')")]}, **limits)
    closing, later = [cell for cell in graded.notebook.cells if cell.id.startswith("added-")]
    assert f"cell {closing.id} ended the kernel; a new one took over" in graded.notes
    assert said(later) == "heard"


def test_no_output_is_lost(lab: Lab) -> None:
    """Is every line there that a cell printed, however fast, up to its limit?"""
    text = "for i in range(6000):\n    print(i, flush=True)"
    graded = lab.grade({"cells": [added(text)]}, cell_cpu_seconds=60.0, cell_wall_seconds=120.0)
    [cell] = [cell for cell in graded.notebook.cells if cell.id.startswith("added-")]
    assert said(cell).split() == [str(number) for number in range(6000)]


def test_no_output_is_lost_where_it_is_read_slowly(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is every line there if the machine takes its time to read them, long after the cell's end?"""
    monkeypatch.setattr(CellRunner, "process_message", slowly(CellRunner.process_message))
    graded = lab.grade({"cells": [added("for i in range(800):\n    print(i, flush=True)")]}, cell_wall_seconds=60.0)
    [cell] = [cell for cell in graded.notebook.cells if cell.id.startswith("added-")]
    assert said(cell).split() == [str(number) for number in range(800)]


def slowly(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method, slowed down."""

    def slow(*arguments: Any) -> Any:
        time.sleep(0.008)
        return method(*arguments)

    return slow


def test_a_kernel_told_to_go_is_no_longer_used(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is the next cell spared a kernel that is to be ended, where that takes a while and the late cell ends first?"""
    monkeypatch.setattr(ForkProvisioner, "kill", first_after(0.6, ForkProvisioner.kill))
    late = "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    time.sleep(0.8)"
    slow = "import time; time.sleep(1.0); return 3 * number"  # still at work when the end comes
    graded = lab.grade(with_cell(late, treble=slow), cell_wall_seconds=4.0, grace_seconds=0.4)
    assert graded.points == graded.max_points, verdicts(graded)


def first_after(seconds: float, method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the coroutine method; what its first call does comes later, as on a busy machine."""
    calls = itertools.count()

    async def delayed(*arguments: Any) -> None:
        if next(calls):
            await method(*arguments)
        else:
            asyncio.get_running_loop().call_later(seconds, lambda: asyncio.ensure_future(method(*arguments)))

    return delayed


def test_cpu_time_counts_and_not_the_clock(lab: Lab) -> None:
    """Does a cell that waits longer than its CPU limit pass?"""
    graded = lab.grade(answered(double="import time; time.sleep(1.0); return number + number"), cell_cpu_seconds=0.6)
    assert graded.points == 5
