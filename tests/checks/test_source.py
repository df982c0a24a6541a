"""Is a forbidden library found however it is reached, and nothing but its use?"""

from __future__ import annotations

import sys
import threading
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from coursepack.checks import CheckFailed, arrays, source
from coursepack.checks.current_student import CurrentSubject
from coursepack.subject import LocalSubject, StudentError

RULES = ("torch", "scipy", "numpy.convolve", "numpy.fft")
IMAGE, KERNEL = np.arange(30.0).reshape(5, 6), np.ones((2, 3))
SETUP = """
import functools
import operator
import sys

import numpy as np
import scipy.signal
import scipy.special
import torch
import torch.nn.functional as F
from scipy.signal import correlate2d


def library(image, kernel):
    return correlate2d(image, kernel, mode="valid")


def general(way, image, kernel):
    return way(image, kernel)
"""
NAMED = {
    "plain": "def f(a, b):\n    return torch.nn.functional.conv2d(a, a)",
    "alias": "import torch as t\ndef f(a, b):\n    return t.conv2d(a, a)",
    "function alias": "def f(a, b):\n    return correlate2d(a, b)",
    "inner import": "def f(a, b):\n    import torch.nn.functional as G\n    return G.conv2d(a)",
    "inner from": "def f(a, b):\n    from scipy.signal import correlate2d as c\n    return c(a)",
    "helper": "def f(a, b):\n    return library(a, b)",
    "method of a helper": "class Tools:\n    def go(self, x):\n        return torch.sum(x)\n"
    "def f(a, b):\n    return Tools().go(a)",
    "numpy": "def f(a, b):\n    return np.convolve(a[0], b[0])",
    "assigned": "go = np.convolve\ndef f(a, b):\n    return go(a, a)",
    "the library's own": "f = correlate2d",
    "passed on": "def f(a, b):\n    return general(correlate2d, a, b)",
    "in a comprehension": "def f(a, b):\n    return [F.relu(row) for row in a]",
    "by global": "def f(a, b):\n    global F\n    return F.relu(a)",
    "import by call": "def f(a, b):\n    return __import__('torch').conv2d(a)",
    "importlib": "import importlib\ndef f(a, b):\n    return importlib.import_module('scipy.signal').x",
    "modules": "def f(a, b):\n    return sys.modules['scipy'].signal.correlate2d(a, b)",
    "getattr": "def f(a, b):\n    return getattr(np, 'convolve')(a[0], b[0])",
    "a decorator": "def replace(by):\n    return lambda function: by\nR = [library]\n"
    "@replace(R[0])\ndef f(a, b):\n    return a",
    "where no test comes": "def f(a, b):\n    return library(a, b) if a.size > 999 else a",
}
# The text of the function names none of the libraries.
DETOURS = {
    "a list": "WAYS = [library]\ndef f(a, b):\n    return WAYS[0](a, b)",
    "a partial function": "f = functools.partial(general, library)",
    "a partial of the library": "f = functools.partial(correlate2d, mode='valid')",
    "a callable object": "class Way:\n    def __call__(self, a, b):\n        return library(a, b)\nf = Way()",
    "a closure": "def make(way):\n    def inner(a, b):\n        return way(a, b)\n    return inner\nf = make(library)",
    "a dictionary in a dictionary": "W = {'a': {'b': library}}\ndef f(a, b):\n    return W['a']['b'](a, b)",
    "a default argument": "def make(w):\n    def f(a, b, way=w):\n        return way(a, b)\n"
    "    return f\nf = make(correlate2d)",
    "an attribute of a class": "class Ways:\n    way = staticmethod(correlate2d)\nWays = [Ways]\n"
    "def f(a, b):\n    return Ways[0].way(a, b)",
    "the names of a module": "NAMES = vars(scipy.signal)\ndef f(a, b):\n    return NAMES['correlate' + '2d'](a, b)",
    "a patched NumPy": "np.valid = correlate2d\ndef f(a, b):\n    return np.valid(a, b)",
    "methodcaller": "M = [scipy.signal]\ndef f(a, b):\n    return operator.methodcaller('correlate2d', a, b)(M[0])",
    "reduce": "W = (correlate2d,)\ndef f(a, b):\n    return functools.reduce(W[0], [a, b])",
    "NumPy as a go-between": "W = (correlate2d,)\ndef f(a, b):\n"
    "    return np.vectorize(W[0], signature='(a,b),(c,d)->(e,f)')(a, b)",
    "NumPy's own through NumPy": "W = [np.convolve]\ndef f(a, b):\n"
    "    return np.apply_along_axis(W[0], 0, a, b[0], mode='same')",
    "NumPy's own in a vectorised function": "W = np.vectorize(np.convolve, signature='(n),(m)->(k)')\n"
    "def f(a, b):\n    return W(a, b[0])",
    "a thread": "from concurrent.futures import ThreadPoolExecutor\nW = (correlate2d,)\ndef f(a, b):\n"
    "    with ThreadPoolExecutor(1) as pool:\n        return pool.submit(W[0], a, b).result()",
    "a generator": "W = (correlate2d,)\ndef each(a, b):\n    yield W[0](a, b)\n"
    "G = [each]\ndef f(a, b):\n    return next(G[0](a, b))",
    "text that is run": "def f(a, b):\n    names = {}\n"
    "    exec('from scipy.signal import correlate' + '2d as c', names)\n    return names['c'](a, b)",
    "a made-up import": "def f(a, b):\n    return __import__('sci' + 'py').signal.correlate2d(a, b)",
    "operators of tensors": "T = [torch.Tensor]\ndef f(a, b):\n    return T[0](a) @ T[0](a).T",
    "torch by map": "T = [torch.relu, torch.from_numpy]\ndef f(a, b):\n    return list(map(T[0], map(T[1], [a])))",
    "a compiled function in a list": "U = [scipy.special.xlogy]\ndef f(a, b):\n    return U[0](a, a)",
    "a compiled one in an object": "class Tools:\n    def __init__(self):\n        self.way = scipy.special.xlogy\n"
    "tools = Tools()\ndef f(a, b):\n    return tools.way(a, a)",
    "NumPy's own, in a list": "C = [np.convolve]\ndef f(a, b):\n    return C[0](a[0], b[0])",
    "NumPy's transform, in a list": "C = [np.fft]\ndef f(a, b):\n    return C[0].fft(a)",
    "a timed cell": "%%time\nW = [library]\ndef f(a, b):\n    return W[0](a, b)",
    "the hook switched off": "S = [sys.setprofile]\ndef f(a, b):\n    S[0](None)\n    return a",
    "the hook switched off by map": "def f(a, b):\n    list(map(sys.setprofile, [None]))\n    return a",
    "a library that fails": "W = [correlate2d]\ndef f(a, b):\n    return W[0](a, 'x')",
}
RIGHT = {
    "a helper": "def pad(a):\n    return np.pad(a, 1)\ndef f(a, b):\n    return pad(a).sum()",
    "a local of that name": "def f(a, b):\n    F, C = b.shape\n    return np.arange(F).reshape(1, F) + C",
    "a parameter of that name": "def f(torch, F):\n    return torch.reshape(-1)[: F.size].sum()",
    "comprehensions": "def f(a, b):\n    return [F.sum() for F in a] + [t for torch in a for t in torch]",
    "all ways to set a local": "def f(a, b):\n    try:\n        with open('/') as torch:\n            torch.x\n"
    "    except OSError as F:\n        F.args\n    if (scipy := b.shape):\n        return scipy.count(2)\n"
    "    for F in a:\n        F.x",
    "a lambda's": "def f(a, b):\n    return (lambda F: F.sum())(a)",
    "an inner function's": "def f(a, b):\n    def F(torch):\n        return torch.sum()\n    return F(a)",
    "nonlocal": "def f(a, b):\n    F = 0\n    def add():\n        nonlocal F\n        F += a.sum()\n"
    "    add()\n    return F.real",
    "a class's": "def f(a, b):\n    class Sizes:\n        F = b.size\n        torch = F.real\n    return Sizes.F",
    "an attribute of that name": "def f(a, b):\n    a = Box(a)\n    return a.torch.F\n"
    "class Box:\n    def __init__(self, a):\n        self.torch = self\n        self.F = a",
    "a global set anew": "F = 3\ndef f(a, b):\n    return a.sum() + F.real",
    "annotations": "def f(a: torch.Tensor, b) -> torch.Tensor:\n    total: torch.Tensor = a.sum()\n    return total",
    "a question": "def f(a, b):\n    if isinstance(a, torch.Tensor):\n        a = a.numpy()\n    return a.sum()",
    "getattr": "def f(a, b):\n    return getattr(a, 'sum')() + getattr(b, 'nothing', 0)",
    "globals and eval": "def f(a, b):\n    return eval('a.sum()') + len(globals())",
    "what NumPy does with its own": "def f(a, b):\n    return np.polymul(a[0], b[0])",
    "in place": "def f(a, b):\n    result = np.zeros(4)\n    result.resize(8)\n    return result",
    "garbage of a library": "import gc, weakref\nclass Loop:\n    pass\nloop = Loop()\nloop.self = loop\n"
    "end = weakref.finalize(loop, torch.zeros, 1)\ngc.disable()\ndel loop\ndef f(a, b):\n"
    "    before = end.alive\n    gc.enable()\n    gc.collect()\n    return before and not end.alive",
    "a list of ways, of which it takes its own": "def own(a, b):\n    return a.sum()\n"
    "WAYS = {'own': own, 'library': library}\ndef f(a, b):\n    return WAYS['own'](a, b)",
    "a lambda": "f = (\n    lambda a, b:\n        a.sum()\n)",
    "a timed cell": "%%time\ndef f(a, b):\n    return a.sum()",
}


@pytest.fixture
def subject(monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(text: str) -> LocalSubject:
        monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        shell = InteractiveShell()
        for cell in (SETUP, text):
            assert shell.run_cell(cell).success
        return LocalSubject(shell.user_ns)

    return run


@pytest.mark.parametrize("name", RIGHT)
def test_does_an_answer_pass_that_uses_no_forbidden_library(subject: Any, name: str) -> None:
    returned = source.without(subject(RIGHT[name]), "f", *RULES).call("f", IMAGE, KERNEL)
    assert returned is not False


@pytest.mark.parametrize("name", NAMED)
def test_is_a_forbidden_library_found_in_the_text(subject: Any, name: str) -> None:
    with pytest.raises(CheckFailed, match="f: solve this exercise without"):
        source.assert_avoids(subject(NAMED[name]), "f", *RULES)


@pytest.mark.parametrize("name", DETOURS)
def test_is_a_forbidden_library_found_while_it_runs_whatever_leads_to_it(subject: Any, name: str) -> None:
    watched = source.without(subject(DETOURS[name]), "f", *RULES)
    with pytest.raises(CheckFailed, match="f: solve this exercise without"):
        watched.call("f", IMAGE, KERNEL)


def test_says_the_message_what_was_called_and_where(subject: Any) -> None:
    watched = source.without(subject(DETOURS["a list"]), "f", *RULES)
    with pytest.raises(CheckFailed) as caught:
        watched.call("f", IMAGE, KERNEL)
    assert str(caught.value).splitlines()[:2] == [
        "f: solve this exercise without scipy",
        "  got: scipy.signal.correlate2d, called in library",
    ]


@pytest.mark.parametrize("method", ["forward", "backward"])
def test_are_the_methods_of_an_object_watched(subject: Any, method: str) -> None:
    ways = {"forward": "x", "backward": "x"} | {method: "WAYS[0](x, x)"}
    text = "WAYS = [library]\nclass Module:\n" + "".join(
        f"    def {name}(self, x):\n        return {what}\n" for name, what in ways.items()
    )
    module = source.without(subject(text), "Module", *RULES).instance("Module")
    with pytest.raises(CheckFailed, match="Module: solve this exercise without scipy"):
        module.call(method, IMAGE)


def test_does_the_watch_end_with_the_question(subject: Any) -> None:
    """Does a later test, which forbids nothing, run without a hook, in this thread and in new ones?"""
    student = CurrentSubject()
    student.use(subject(DETOURS["a list"] + "\ndef hook():\n    return sys.getprofile() is None"))
    with pytest.raises(CheckFailed):
        source.without(student, "f", *RULES).call("f", IMAGE, KERNEL)
    assert student.call("hook") is True
    assert student.call("f", IMAGE, KERNEL).shape == (4, 4)
    assert threading.getprofile() is None


def test_is_each_call_watched_as_the_first(subject: Any) -> None:
    """Is what a function reaches, and which rule covers it, found again although it was remembered?"""
    student = subject(DETOURS["a list"])
    for rules in (RULES, ("numpy.fft",), RULES):
        student.watch(rules)
        student.call("f", IMAGE, KERNEL)
        assert bool(student.watch(())) == (rules == RULES)


def test_is_a_function_with_odd_constants_looked_at(subject: Any) -> None:
    """Does a constant that no dictionary takes hide what a function reaches?"""
    text = "from scipy.special import erf\nWAYS = [erf]\ndef f(a, b):\n    return WAYS[0](a)\n"
    odd = "f.__code__ = f.__code__.replace(co_consts=(*f.__code__.co_consts, []))"
    for student in (subject(text), subject(text + odd)):
        student.watch(RULES)
        student.call("f", IMAGE, KERNEL)
        [use] = student.watch(())
        assert use.library.endswith(".erf")


def test_is_an_error_of_the_students_told_as_ever(subject: Any) -> None:
    watched = source.without(subject("def f(a, b):\n    return a / 'x'"), "f", *RULES)
    with pytest.raises(StudentError, match="TypeError"):
        watched.call("f", IMAGE, KERNEL)
    with pytest.raises(CheckFailed, match="your code raised"):
        arrays.assert_matches(watched, "f", np.kron, [arrays.Case("any", IMAGE, KERNEL)])


def test_is_a_missing_function_told_so(subject: Any) -> None:
    with pytest.raises(CheckFailed, match="not defined"):
        source.assert_avoids(subject("x = 1"), "f", *RULES)
