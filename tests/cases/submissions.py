"""Submissions with habits of real students that were once graded wrongly: each is the smallest of its kind.

CASES says which assignment each is for, what a machine gives it, what the instructor must be told, and how late it is.
All its other answers are the source's own, so that nothing but the habit decides.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.cells import grade_id_of, is_solution
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook, solved_notebook

FILTERS, BACKPROP = "ps1_conv_filters", "ps3_backprop"
DUE = "2026-03-01 12:00:00"
ALL = {FILTERS: 30, BACKPROP: 34}
WITHOUT_CONVOLVE = 22
HOUR = 3600.0

HELPERS = """import numpy as np


def add_border(image, width):
    return np.pad(image, width)
"""
OWN_NAMES = """def conv_layer(images, weights, bias, stride=1, padding=0):
    F, C, k, _ = weights.shape  # F filters
    rims = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    views = np.lib.stride_tricks.sliding_window_view(np.pad(images, rims), (k, k), axis=(2, 3))
    maps = np.einsum("bcijuv,ocuv->boij", views[:, :, ::stride, ::stride], weights) + bias.reshape(1, F, 1, 1)
    return maps.astype(np.result_type(images, weights, bias))"""
COMPARED = """from scipy import signal

mine = convolve2d


def convolve2d(image, kernel, stride=1, padding=0):
    return signal.correlate2d(np.pad(image, padding), kernel, mode="valid")[::stride, ::stride]"""
LIBRARY = """from scipy.signal import correlate2d


def library(image, kernel, stride, padding):
    dtype = np.result_type(image, kernel)
    dtype = np.int64 if np.issubdtype(dtype, np.integer) else dtype
    padded = np.pad(image.astype(dtype), padding)
    return correlate2d(padded, kernel.astype(dtype), mode="valid")[::stride, ::stride]


"""
IN_A_LIST = """WAYS = [library]


def convolve2d(image, kernel, stride=1, padding=0):
    return WAYS[0](image, kernel, stride, padding)"""
IN_A_PARTIAL = """from functools import partial


def general(way, image, kernel, stride=1, padding=0):
    return way(image, kernel, stride, padding)


convolve2d = partial(general, library)"""
FLOAT32 = """class LinearModule:
    def __init__(self, in_features, out_features):
        weight = np.random.normal(0.0, 0.0001, (out_features, in_features)).astype(np.float32)
        self.params = {"weight": weight, "bias": np.zeros(out_features, dtype=np.float32)}
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}

    def forward(self, x):
        self.x = x
        return x @ self.params["weight"].T + self.params["bias"]

    def backward(self, dout):
        self.grads["weight"], self.grads["bias"] = dout.T @ self.x, dout.sum(axis=0)
        return dout @ self.params["weight"]"""
IN_PLACE = """class LeakyReLUModule:
    def __init__(self, neg_slope):
        self.params, self.grads, self.slope = {}, {}, neg_slope

    def forward(self, x):
        self.negative = x <= 0
        return np.where(self.negative, self.slope * x, x)

    def backward(self, dout):
        dout[self.negative] *= self.slope
        return dout"""
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # one pixel

Files = Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One habit.

    Attributes:
        change: alters a solved notebook; returns files that lie beside it, or the notebook's whole text.
        assignment: the assignment.
        lost: points that it does not earn.
        told: words that a note to the instructor must hold; empty if there is nothing to tell.
        late_by: seconds after the due date.
    """

    change: Callable[[NotebookNode, Course], Files | str | None]
    assignment: str = FILTERS
    lost: int = 0
    told: str = ""
    late_by: float = 0.0

    @property
    def earns(self) -> int:
        """Return the points that a machine gives."""
        return ALL[self.assignment] - self.lost


def named(notebook: NotebookNode, name: str) -> Any:
    """Return the cell with this name."""
    return next(cell for cell in notebook.cells if grade_id_of(cell) == name)


def solved(course: Course, assignment: str) -> NotebookNode:
    """Return the student version with the source's own answers: what a student hands in who did everything right."""
    source = read_notebook(course.notebook("source", assignment))
    answers, released = solved_notebook(source), released_notebook(source)
    for cell in released.cells:
        if is_solution(cell):
            cell.source = named(answers, grade_id_of(cell)).source
    return released


def insert_before(notebook: NotebookNode, name: str, *texts: str) -> None:
    """Insert code cells of the student's own above the cell `name`."""
    for text in texts:
        notebook.cells.insert(notebook.cells.index(named(notebook, name)), nbformat.v4.new_code_cell(text))


def _many_plots(notebook: NotebookNode, _: Course) -> None:
    curve = "plt.loglog(np.arange(1, 2000), np.arange(1, 2000) ** -{}.0)\nplt.show()"
    insert_before(notebook, "read-idx", *(curve.format(power) for power in range(1, 9)))


def _own_module(notebook: NotebookNode, _: Course) -> Files:
    cell = named(notebook, "convolve2d")
    padded = "np.pad(image.astype(dtype), padding)"
    assert padded in cell.source
    text = cell.source.replace(padded, "add_border(image.astype(dtype), padding)")
    cell.source = f"from helpers import add_border\n\n{text}"
    return {"helpers.py": HELPERS}


def _pasted_picture(notebook: NotebookNode, _: Course) -> None:
    cell = named(notebook, "derive-linear")
    cell.source = "**My derivation**\n\nOn paper:\n\n![sheet.png](attachment:sheet.png)"
    cell["attachments"] = {"sheet.png": {"image/png": DOT}}


def _timed_answer(notebook: NotebookNode, _: Course) -> None:
    for name in ("convolve2d", "max-pool2d"):
        named(notebook, name).source = "%%time\n" + named(notebook, name).source


def _exit_in_a_tryout(notebook: NotebookNode, _: Course) -> None:
    insert_before(notebook, "convolve2d", "print('enough for today')\nexit()")


def _copied_answer(notebook: NotebookNode, _: Course) -> None:
    cell = named(notebook, "convolve2d")
    twin = copy.deepcopy(cell)
    twin.id, twin.source = "5a0c1d2e", "print(convolve2d(worked_image, worked_kernel))"
    notebook.cells.insert(notebook.cells.index(cell) + 1, twin)


def _local_name(notebook: NotebookNode, _: Course) -> None:
    insert_before(notebook, "conv-layer", "import torch\nimport torch.nn.functional as F  # to compare with")
    named(notebook, "conv-layer").source = OWN_NAMES


def _compared_at_the_end(notebook: NotebookNode, _: Course) -> None:
    insert_before(notebook, "convolve2d", "from scipy import signal  # to compare with, once mine is done")
    notebook.cells.append(nbformat.v4.new_code_cell(COMPARED))


def _writes(name: str, text: str) -> Callable[[NotebookNode, Course], None]:
    """Return a change: this answer, in this text."""

    def change(notebook: NotebookNode, _: Course) -> None:
        named(notebook, name).source = text

    return change


def _cleaned_metadata(notebook: NotebookNode, _: Course) -> None:
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})


def _no_display_name(notebook: NotebookNode, _: Course) -> str:
    content = json.loads(nbformat.writes(notebook))
    content["metadata"]["kernelspec"] = {"name": "python3"}
    return json.dumps(content)


def _answer_in_a_locked_cell(notebook: NotebookNode, course: Course) -> None:
    released = released_notebook(read_notebook(course.notebook("source", FILTERS)))
    written = named(notebook, "convolve2d").source
    named(notebook, "convolve2d").source = named(released, "convolve2d").source
    test = named(notebook, "convolve2d-visible")
    test.source = f"{written}\n\n{test.source}"


def _handed_in_at(time: str) -> Callable[[NotebookNode, Course], Files]:
    return lambda notebook, course: {"timestamp.txt": time}


CASES = {
    "many-plots": Case(_many_plots),
    "own-module": Case(_own_module),
    "pasted-picture": Case(_pasted_picture, BACKPROP),
    "timed-answer": Case(_timed_answer),
    "exit-in-a-tryout": Case(_exit_in_a_tryout),
    "copied-answer": Case(_copied_answer, told="convolve2d"),
    "local-name": Case(_local_name),
    "compared-at-the-end": Case(_compared_at_the_end),
    "library-in-a-list": Case(_writes("convolve2d", LIBRARY + IN_A_LIST), lost=8),
    "library-in-a-partial": Case(_writes("convolve2d", LIBRARY + IN_A_PARTIAL), lost=8),
    "cleaned-metadata": Case(_cleaned_metadata, told="metadata"),
    "no-display-name": Case(_no_display_name),
    "answer-in-a-locked-cell": Case(_answer_in_a_locked_cell, lost=8, told="convolve2d-visible"),
    "float32-parameters": Case(_writes("linear", FLOAT32), BACKPROP),
    "gradient-in-place": Case(_writes("leaky-relu", IN_PLACE), BACKPROP),
    "half-past-eleven-pm": Case(_handed_in_at("2026-03-01 11:30 PM"), late_by=11.5 * HOUR),
    "with-an-offset": Case(_handed_in_at("2026-03-01 23:30:00 +0530"), late_by=6 * HOUR),
}


def hand_in_case(course: Course, name: str) -> None:
    """Write one case into `submitted/<name>/`."""
    case = CASES[name]
    notebook = solved(course, case.assignment)
    made = case.change(notebook, course)
    folder = course.notebook(f"submitted/{name}", case.assignment).parent
    folder.mkdir(parents=True)
    text = made if isinstance(made, str) else nbformat.writes(notebook)
    (folder / f"{case.assignment}.ipynb").write_text(text, encoding="utf-8")
    for beside, content in (made if isinstance(made, dict) else {}).items():
        (folder / beside).write_text(content, encoding="utf-8")
