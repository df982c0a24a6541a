"""Does tampering with tests, tools, metadata or the agent gain anything? Each submission here deserves 0 points."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from lab import Lab, added, said, with_cell
from tiny_course import answered, code, source_notebook

WRONG = {"double": "return 0", "treble": "return 0"}
AGENT = "import sys, gc\nagent = sys.modules['subject_agent.agent']\nlocal = sys.modules['subject_agent.local']\n"
PATCHES = {
    "assert statements": "import ast\nfrom IPython import get_ipython\n"
    "class Gone(ast.NodeTransformer):\n    def visit_Assert(self, node):\n        return ast.Pass()\n"
    "get_ipython().ast_transformers.append(Gone())",
    "input transformers": "from IPython import get_ipython\n"
    "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    "comparisons": "class Yes(int):\n    def __eq__(self, other):\n        return True\n    __hash__ = int.__hash__\n"
    "def double(n):\n    return Yes(1)\ntreble = double",
    "numpy testing": "import numpy.testing as t, numpy as np\n"
    "t.assert_allclose = t.assert_array_equal = np.allclose = lambda *a, **k: True",
    "torch testing": "import torch\ntorch.testing.assert_close = torch.allclose = torch.equal = lambda *a, **k: True",
    "builtins": "import builtins\nbuiltins.AssertionError = type('Quiet', (BaseException,), {})\n"
    "builtins.isinstance = lambda *a: True",
    "hooks": "from IPython import get_ipython\nip = get_ipython()\nip.events.register('pre_run_cell', lambda info: "
    "setattr(info, 'raw_cell', 'pass'))",
    "display hook": "import sys\nsys.displayhook = lambda value: None\nsys.excepthook = lambda *a: None",
    "trace": "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    "a package called coursepack": "import sys, types\nm = types.ModuleType('coursepack')\nm.checks = m\n"
    "m.student = m.arrays = m\nsys.modules['coursepack'] = sys.modules['coursepack.checks'] = m",
    "the agent's answers": AGENT + "agent.Agent.answer = lambda self, request: {'value': True}",
    "the agent's arithmetic": AGENT + "local.LocalSubject.call = lambda self, *a, **k: float('nan')",
    "answers that are no protocol": AGENT + "agent.Agent.answer = lambda self, request: {'verdict': 'passed'}",
    "raw bytes": AGENT + "agent.wire.send = lambda connection, value: connection.sendall(b'\\xff' * 100)",
    "an endless answer": AGENT + "import struct, time\ndef send(connection, value):\n"
    "    connection.sendall(struct.pack('>II', 1000, 0))\n    while True:\n"
    "        connection.sendall(b' '); time.sleep(0.2)\nagent.wire.send = send",
    "a huge answer": AGENT
    + "import struct\nagent.wire.send = lambda c, v: c.sendall(struct.pack('>IIQ', 2, 1, 2**60))",
    "no answer": AGENT + "agent.wire.send = lambda connection, value: None",
    "interrupted answers": AGENT + "agent.Agent.answer = lambda self, request: {'interrupted': True}",
}  # fmt: skip


@pytest.mark.parametrize("what", PATCHES)
def test_patching_gains_nothing(lab: Lab, what: str) -> None:
    """Does a submission with wrong answers stay at 0 points, whatever it patches in its own process?"""
    patched = with_cell(PATCHES[what], before="double-visible", **WRONG)
    graded = lab.grade(patched, cell_wall_seconds=3.0)
    assert graded.points == 0
    assert {record.grade_id for record in graded.records} == {"double-visible", "double-hidden", "treble-hidden"}


def submission(change: Any) -> dict[str, Any]:
    """Return a wrong submission after a change to its cells by name."""
    notebook = answered(**WRONG)
    change({cell["id"]: cell for cell in notebook["cells"]}, notebook)
    return notebook


def skipped(cells: Any, notebook: Any) -> None:
    for cell in cells.values():
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove_cell"]


def edited(cells: Any, notebook: Any) -> None:
    for name in ("double-hidden", "treble-hidden"):
        cells[name]["source"] = "pass"


def worth_more(cells: Any, notebook: Any) -> None:
    cells["double-visible"]["metadata"]["nbgrader"]["points"] = 100


def renamed(cells: Any, notebook: Any) -> None:
    cells["double-visible"]["metadata"]["nbgrader"] |= {"grade_id": "double-hidden", "points": 3}
    cells["double-visible"]["source"] = "pass"


def duplicated(cells: Any, notebook: Any) -> None:
    again = copy.deepcopy(cells["double-hidden"])
    notebook["cells"].append({**again, "source": "pass"})


def ungraded(cells: Any, notebook: Any) -> None:
    for cell in cells.values():
        cell["metadata"].get("nbgrader", {}).update(grade=False, schema_version=99)


def made_markdown(cells: Any, notebook: Any) -> None:
    cells["double-hidden"]["cell_type"] = "markdown"


def other_kernel(cells: Any, notebook: Any) -> None:
    notebook["metadata"]["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}


def strange_metadata(cells: Any, notebook: Any) -> None:
    for cell in cells.values():
        cell["metadata"] = {"nbgrader": [1, 2], "tags": 7}
        cell["id"] = {"a": 1}


def with_outputs(cells: Any, notebook: Any) -> None:
    for cell in cells.values():
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {}}]


CHANGES = (skipped, edited, worth_more, renamed, duplicated, ungraded, made_markdown, other_kernel, with_outputs)


@pytest.mark.parametrize("change", [*CHANGES, strange_metadata], ids=lambda change: change.__name__)
def test_forged_metadata_gain_nothing(lab: Lab, change: Any) -> None:
    """Do tags, points, ids, types, kernels and outputs come from the source?"""
    graded = lab.grade(submission(change))
    assert (graded.points, graded.max_points) == (0, 5)
    assert len(graded.records) == 3


SPIED = (
    "import gc, sys, inspect\n"
    "texts = [x for x in gc.get_objects() if isinstance(x, dict)]\n"
    "found = [v for d in texts for v in list(d.values()) if isinstance(v, str) and 'double(21)' in v]\n"
    "own = [text for text in found if 'SPIED' not in text]\nprint(len(own))  # SPIED"
)


def test_the_hidden_test_is_not_in_the_kernel(lab: Lab) -> None:
    """Is the source of a hidden test nowhere among the kernel's objects, even while it asks?"""
    notebook = with_cell(SPIED, before="treble-hidden")
    [cell] = [cell for cell in lab.grade(notebook).notebook.cells if "SPIED" in cell.source]
    assert said(cell) == "0"


NETWORK = """import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten, self.output = nn.Flatten(), nn.Linear(784, 10)
    def forward(self, images):
        return self.output(self.flatten(images))"""
NETWORK_TEST = """# Check that Net computes what it should
### BEGIN HIDDEN TESTS
from convnet_course import references
from coursepack.checks import networks, student
networks.assert_equivalent(student.module("Net"), references.simple_fc())
### END HIDDEN TESTS"""
# Says that all weights are zero: then outputs and most gradients are zero too, and need no network.
FAKED = (
    AGENT
    + """import numpy as np
protocol, modules = sys.modules['subject_agent.protocol'], sys.modules['subject_agent.torch_modules']
def trace(self, images, *, train=False, grad_output=None):
    gradients = {} if grad_output is None else {"weight": np.zeros((10, 784)), "bias": grad_output.sum(0)}
    arrays = {"weight": np.zeros((10, 784)), "bias": np.zeros(10)}
    layer = protocol.Layer("linear", arrays, gradients)
    if grad_output is not None:
        flat = images.reshape(len(images), -1)
        layer.gradients["weight"][:] = grad_output.T @ flat
    return protocol.Pass(np.zeros((len(images), 10)), [layer], [layer])
modules.LocalModule.trace = trace"""
)


def network_source() -> dict[str, Any]:
    """An assignment of one network."""
    source = source_notebook()
    cells = [code("net", f"### BEGIN SOLUTION\n{NETWORK}\n### END SOLUTION", "solution")]
    source["cells"] = [*cells, code("net-hidden", NETWORK_TEST, "test", 4)]
    return source


def test_an_honest_network_passes_through_the_wall(lab: Lab) -> None:
    """Does a right network earn its points from beyond the wall?"""
    graded = lab.grade({"cells": [code("net", NETWORK, "solution")]}, source=network_source())
    assert graded.points == 4


def test_weights_of_zero_cannot_stand_for_a_network(lab: Lab) -> None:
    """Does an agent that reports made-up weights that fit made-up outputs fail?"""
    cells = [added(FAKED), code("net", NETWORK.replace("self.output(self.flatten(images))", "None"), "solution")]
    graded = lab.grade({"cells": cells}, source=network_source())
    assert graded.points == 0
    assert "not one of the network's parameters" in graded.records[0].message
