"""Which cell pays where a kernel ends, and does everything else keep its points, whatever the moment?"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from lab import Lab, added, said, verdicts, with_cell
from tiny_course import answered, source_notebook

from coursepack.grading.notebook.recovery import SEARCHES

# Guard, init and kernel.
PROCESSES_OF_A_NOTEBOOK = 3
PATIENT = {"cell_cpu_seconds": 20.0, "cell_wall_seconds": 60.0}
KILL = "import os\nos._exit(0)"
LATER = "import os, threading\nthreading.Timer({seconds}, os._exit, [0]).start()"
WAIT = "import time\nfor _ in range({tenths}):\n    time.sleep(0.1)\nprint('waited')"


def with_cells(*texts: str, **answers: str) -> dict[str, Any]:
    """Return a submission with cells in front of the first answer."""
    notebook = answered(**answers)
    place = next(index for index, cell in enumerate(notebook["cells"]) if cell["id"] == "double")
    notebook["cells"][place:place] = map(added, texts)
    return notebook


def own_cells(graded: Any) -> list[Any]:
    """Return the cells that the student added."""
    return [cell for cell in graded.notebook.cells if cell.id.startswith("added-") and cell.cell_type == "code"]


def test_any_number_of_cells_may_end_the_kernel(lab: Lab) -> None:
    """Does a notebook whose every other cell ends the kernel keep what does not depend on these?"""
    notebook = answered()
    notebook["cells"] = [each for cell in notebook["cells"] for each in (added(f"{KILL}  # {cell['id']}"), cell)]
    graded = lab.grade(notebook, **PATIENT)
    assert graded.points == 5
    assert len(graded.notes) == 9
    assert all("ended the kernel; a new one took over" in note for note in graded.notes)


def test_only_what_needs_a_killing_cell_is_lost(lab: Lab) -> None:
    """Does an answer that ends the kernel cost its own tests, and a test that is judged afterwards nothing?"""
    graded = lab.grade(answered(double="import os; os._exit(0)"), **PATIENT)
    assert set(verdicts(graded).values()) == {"student error", "passed"}
    assert graded.lost == ("double-hidden",)


def test_a_killer_in_every_answer_leaves_no_test_unreached(lab: Lab) -> None:
    """Is each test judged, though each ends a kernel?"""
    source = source_notebook()
    hidden = source["cells"][5]
    for number in range(4):
        twin = copy.deepcopy(hidden)
        twin["id"] = twin["metadata"]["nbgrader"]["grade_id"] = f"double-{number}-hidden"
        source["cells"].insert(6, twin)
    graded = lab.grade(answered(double="import os; os._exit(0)"), source=source, **PATIENT)
    assert "not reached" not in verdicts(graded).values()
    assert graded.points == 2


@pytest.mark.parametrize(
    "killer",
    [
        LATER.format(seconds=0.8),
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.8)",
        "import os, time\nmine = os.getpid()\nif os.fork() == 0:\n    time.sleep(0.8); os.kill(mine, 9); os._exit(0)",
        "import asyncio\nloop = asyncio.get_running_loop()\nloop.call_later(0.8, loop.stop)",
        "import ctypes, threading\nthreading.Timer(0.8, ctypes.string_at, [0]).start()",
    ],
    ids=["thread", "alarm", "process", "event loop", "segmentation fault"],
)
def test_a_cell_that_kills_later_pays_itself(lab: Lab, killer: str) -> None:
    """Is the cell left out that armed the end, not the one that happened to run then?"""
    graded = lab.grade(with_cells("kept = 1", killer, "also = kept", WAIT.format(tenths=15)), **PATIENT)
    _, armed, _, waited = own_cells(graded)
    assert graded.points == 5
    assert graded.notes == (
        f"cell {armed.id} ended the kernel some time after its own end; it was left out from then on",
    )
    assert said(waited) == "waited"
    assert "KernelDied" in said(armed)


def test_two_cells_that_kill_later_both_pay(lab: Lab) -> None:
    """Is one found after the other?"""
    killers = LATER.format(seconds=0.7), LATER.format(seconds=0.9)
    graded = lab.grade(with_cells(*killers, WAIT.format(tenths=15)), **PATIENT)
    assert (graded.points, len(graded.notes)) == (5, 2)
    assert said(own_cells(graded)[-1]) == "waited"


def test_a_kernel_that_ends_while_a_test_is_judged_is_its_answers_doing(lab: Lab) -> None:
    """Does a thread that an innocent test meets cost that test nothing?"""
    slow = "import time; time.sleep(1.5); return 2 * number"
    graded = lab.grade(with_cells(LATER.format(seconds=1.0), double=slow), **PATIENT)
    assert graded.points == 5
    assert len(graded.notes) == 1


def test_an_answer_that_arms_the_end_costs_no_later_test(lab: Lab) -> None:
    """Does a thread that a judged call started end the next test's first kernel, and not its points?"""
    armed = "import os, threading; threading.Timer(0.5, os._exit, [0]).start(); return 2 * number"
    graded = lab.grade(answered(double=armed, treble="import time; time.sleep(1); return 3 * number"), **PATIENT)
    assert verdicts(graded)["treble-hidden"] == "passed"


@pytest.mark.parametrize(
    "condition",
    [
        "get_ipython().execution_count > 2 and not os.path.exists('never')",
        "'double' not in globals() and len(os.listdir('.')) == 0 and time.time() > {moment}",
    ],
    ids=["not the first", "from some moment on"],
)
def test_a_cell_that_kills_when_it_runs_again_is_left_out(lab: Lab, condition: str) -> None:
    """Does a cell that ends only a later kernel cost nothing else?"""
    import time

    killer = f"import os, time\nif {condition.format(moment=time.time() + 2.5)}:\n    os._exit(0)"
    again = f"import time; time.sleep(3)\n{KILL}"
    graded = lab.grade(with_cells(killer, again), **PATIENT)
    assert graded.points == 5


def test_memory_that_a_thread_fills_is_the_threads_cell(lab: Lab) -> None:
    """Is a cell left out that goes on taking memory after its end?"""
    leak = (
        "import threading, time\nkept = []\ndef leak():\n    while True:\n"
        "        kept.append(b'x' * 20_000_000); time.sleep(0.02)\nthreading.Thread(target=leak, daemon=True).start()"
    )
    graded = lab.grade(with_cells(leak, WAIT.format(tenths=40)), **PATIENT)
    leaking, waited = own_cells(graded)
    assert graded.points == 5
    assert f"cell {leaking.id} ended the kernel some time after" in graded.notes[0]
    assert said(waited) == "waited"


def test_the_search_for_killers_ends(lab: Lab) -> None:
    """Are there bounds: of time, and of cells that are looked for?"""
    graded = lab.grade(with_cells(*[LATER.format(seconds=0.3)] * 30, WAIT.format(tenths=9)), notebook_wall_seconds=20.0)
    assert graded.seconds < 40
    assert len(graded.records) == 3
    assert sum("some time after" in note for note in graded.notes) <= SEARCHES


def test_a_kernel_that_ends_once_for_no_reason_costs_nothing(lab: Lab) -> None:
    """Is a cell run again whose kernel was ended from outside, as by a machine short of memory?"""
    import threading
    import time

    import psutil

    # An earlier test may have left the worker without a server: a new one takes seconds to start.
    server = psutil.Process(lab.worker.server.pid)

    def strike() -> None:
        while len(server.children(recursive=True)) < PROCESSES_OF_A_NOTEBOOK:
            time.sleep(0.05)
        time.sleep(1.5)
        server.children(recursive=True)[-1].kill()

    thread = threading.Thread(target=strike)
    thread.start()
    graded = lab.grade(with_cells(WAIT.format(tenths=50)), **PATIENT)
    thread.join()
    assert graded.points == 5
    assert graded.notes == ("the kernel ended while cell added-3 ran; in a new one the cell ran to its end",)


EXITS = {
    "exit": "exit", "exit()": "exit()", "quit": "quit", "quit()": "quit(True)", "exit(0)": "exit(0)",
    "in a function": "def leave():\n    exit()\nleave()", "ask_exit": "get_ipython().ask_exit()",
    "sys.exit": "import sys\nsys.exit(1)", "SystemExit": "raise SystemExit", "alias": "stop = quit\nstop()",
    "in a loop": "for _ in range(3):\n    exit()", "exit_now": "get_ipython().exit_now = True",
}  # fmt: skip


@pytest.mark.parametrize("how", EXITS)
def test_exit_ends_nothing(lab: Lab, how: str) -> None:
    """Does a cell that wants to leave keep the kernel, what was there before, and all points?"""
    graded = lab.grade(with_cells("kept = 1", EXITS[how], "import time; time.sleep(0.3); print(kept)"), **PATIENT)
    assert (graded.points, graded.notes) == (5, ())
    assert said(own_cells(graded)[-1]) == "1"


def test_what_follows_exit_in_its_cell_runs_as_in_jupyter(lab: Lab) -> None:
    """Does `exit()` let its cell come to its end, where `sys.exit()` does not?"""
    graded = lab.grade(
        with_cells(
            "exit()\nafter = 1", "import sys\nsys.exit()\nnever = 1", "print('after' in dir(), 'never' in dir())"
        )
    )
    assert said(own_cells(graded)[-1]) == "True False"


def test_an_answer_that_leaves_is_an_answer(lab: Lab) -> None:
    """Does `exit()` at the end of an answer's cell cost nothing, and in a function only its tests?"""
    notebook = answered()
    next(cell for cell in notebook["cells"] if cell["id"] == "double")["source"] += "\nexit()"
    assert lab.grade(notebook).points == 5
    assert lab.grade(answered(double="exit(); return 2 * number")).points == 5
    assert lab.grade(with_cell("1", double="import sys; sys.exit(0)")).lost == ("double-hidden",)


EMBEDDED = {
    "embed": "from IPython import embed\nembed()",
    "embed with names": "import IPython\nIPython.embed(header='look', colors='nocolor')",
    "another shell": "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.clear_instance()\n"
    "InteractiveShell.instance()",
    "no shell": "import IPython\nIPython.get_ipython = lambda: None",
}


@pytest.mark.parametrize("how", EMBEDDED)
def test_another_shell_in_a_tryout_hides_no_answer(lab: Lab, how: str) -> None:
    """Does the judge look into the notebook's own namespace, whatever shell a cell has left behind?"""
    assert lab.grade(with_cells(EMBEDDED[how]), **PATIENT).lost == ()
