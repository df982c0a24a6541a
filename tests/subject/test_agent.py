"""Does the agent put a student's own names back, however a judge's conversation ends?"""

from __future__ import annotations

import asyncio
import socket
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stand_ins import STAND_INS

from coursepack.subject import LocalSubject, StudentError
from coursepack.subject.agent import Agent, _accept
from coursepack.subject.remote import RemoteSubject


def own_error(a: Any, b: Any) -> float:
    return -1.0


async def converse(path: Path, names: dict[str, Any], talk: Any) -> Any:
    """Let a judge talk to an agent that knows `names`, until the agent has seen that it is gone."""
    loop, agent = asyncio.get_running_loop(), Agent(LocalSubject(names))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen(1)
        loop.add_reader(listener, _accept, loop, listener, agent)
        answer = await asyncio.to_thread(talk, RemoteSubject(str(path), seconds=20))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if names.get("relative_error") is own_error:
                break
        loop.remove_reader(listener)
    return answer


def ask_and_leave(subject: RemoteSubject) -> Any:
    """Ask with a stand-in, and end the conversation without putting the student's own back."""
    subject.stand_in(["relative_error", "LinearModule"], STAND_INS)
    answer = subject.call("relative_error", np.zeros(2), np.zeros(2))
    subject.close()
    return answer


def test_are_the_students_names_back_when_a_judge_left_in_the_middle(tmp_path: Path) -> None:
    names: dict[str, Any] = {"relative_error": own_error}
    assert asyncio.run(converse(tmp_path / "agent", names, ask_and_leave)) == 4.0
    assert names == {"relative_error": own_error}


def ask_both(subject: RemoteSubject) -> Any:
    """Ask with a stand-in, then with the student's own."""
    subject.stand_in(["relative_error"], STAND_INS)
    first = subject.call("relative_error", np.zeros(2), np.zeros(2))
    subject.stand_in()
    answers = first, subject.call("relative_error", np.zeros(2), np.zeros(2))
    subject.close()
    return answers


def test_does_the_student_answer_again_after_a_stand_in(tmp_path: Path) -> None:
    names: dict[str, Any] = {"relative_error": own_error}
    assert asyncio.run(converse(tmp_path / "agent", names, ask_both)) == (4.0, -1.0)


@pytest.mark.parametrize("name", ["convolve2d", "__builtins__", ""])
def test_is_an_unknown_stand_in_an_error_and_changes_nothing(tmp_path: Path, name: str) -> None:
    names: dict[str, Any] = {"relative_error": own_error}
    answer = Agent(LocalSubject(names)).answer({"do": "stand_in", "args": [[name], STAND_INS], "options": {}})
    assert "error" in answer
    assert names == {"relative_error": own_error}


def watched(subject: RemoteSubject) -> Any:
    """Ask for what is watched, for what cannot be sent, and for what is watched no more; return what is told."""
    told = []
    for rules, name in (("numpy",), "add"), (("numpy",), "unsendable"), ((), "add"):
        subject.watch(rules)
        with pytest.raises(StudentError, match="too large to be sent") if name == "unsendable" else nullcontext():
            subject.call(name, np.ones(2))
        told.append([use.library for use in subject.watch(())])
    subject.close()
    return told


def test_is_each_watched_question_answered_with_its_calls(tmp_path: Path) -> None:
    """Even if the answer itself cannot be sent, and is none but an error?"""
    text = "import numpy\ndef add(a):\n    return numpy.add.reduce(a)\n"
    text += "def unsendable(a):\n    numpy.linalg.norm(a)\n    return [['x' * 90_000] * 300] * 3\n"
    names: dict[str, Any] = {}
    exec(compile(text, "<student>", "exec"), names)
    first, second, third = asyncio.run(converse(tmp_path / "agent", names, watched))
    assert (first, third) == (["numpy.ufunc.reduce"], [])
    assert "numpy.linalg._linalg.norm" in second
