"""Which pictures of a submission reach the grader: those below given code, as much as a notebook may hold, or more?"""

from __future__ import annotations

import base64
import copy
import json
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tiny_course import answered, code, source_notebook

from coursepack.grading.batch.task import as_json
from coursepack.grading.notebook.merge import assemble
from coursepack.grading.submission import handed_in_pictures
from coursepack.grading.submission.handed_in_pictures import pictures_of
from coursepack.grading.submission.sanitize import SanitizedSubmission, sanitize_submission
from coursepack.grading.submission.sizes import MAX_PICTURE_CHARACTERS_OF_CELL, MAX_PICTURES_OF_CELL
from coursepack.notebooks.versions import released_notebook

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
GIVEN = [f"plt.plot([{number}])\nplt.show()" for number in range(6)]


def drawn(data: Any = PNG, kind: str = "image/png", **more: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {kind: data, "text/plain": "<Figure>"}, **more}


def kept(data: str = PNG, kind: str = "image/png") -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {kind: data}}


def source() -> dict[str, Any]:
    notebook = source_notebook()
    notebook["cells"] += [code(f"given-{number}", text, "given") for number, text in enumerate(GIVEN)]
    return notebook


def submission(outputs: list[Any] | None = None) -> dict[str, Any]:
    """Return a submission in which every code cell has these outputs."""
    notebook = answered()
    notebook["cells"] += copy.deepcopy(source()["cells"][-len(GIVEN) :])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = copy.deepcopy([drawn()] if outputs is None else outputs)
    return notebook


def taken(folder: Path, notebook: dict[str, Any]) -> SanitizedSubmission:
    path = folder / "tiny.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    found = sanitize_submission(path, released_notebook(nbformat.from_dict(source())))
    nbformat.validate(found.notebook)
    return found


def with_pictures(found: SanitizedSubmission) -> dict[str, list[Any]]:
    return {cell.id: cell.outputs for cell in found.notebook.cells if cell.get("outputs")}


def cell_of(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def test_does_a_picture_stay_below_given_code_only(tmp_path: Path) -> None:
    """Do answers, tests and a student's own cells, which are all run, lose theirs?"""
    notebook = submission()
    notebook["cells"].append({**code("mine", "plt.show()", "given"), "metadata": {}, "outputs": [drawn()]})
    found = with_pictures(taken(tmp_path, notebook))
    assert found == {name: [kept()] for name in ("setup", *(f"given-{number}" for number in range(6)))}


def test_is_a_picture_below_changed_code_not_kept(tmp_path: Path) -> None:
    """Does a picture go whose code is put back, and does one stay below another layout of the same code?"""
    notebook = submission()
    cell_of(notebook, "given-0")["source"] = "plt.plot([99])\nplt.show()"
    cell_of(notebook, "given-1")["source"] = "plt.plot( [1] )\n\nplt.show()  # look"
    found = with_pictures(taken(tmp_path, notebook))
    assert "given-0" not in found
    assert found["given-1"] == [kept()]


def test_does_a_picture_stay_with_a_cell_that_lost_its_metadata(tmp_path: Path) -> None:
    notebook = submission()
    cell_of(notebook, "given-2").update(metadata={}, id="random")
    assert with_pictures(taken(tmp_path, notebook))["given-2"] == [kept()]


def test_does_a_picture_keep_its_text_for_those_who_cannot_see_it() -> None:
    told = {"image/png": {"alt": "a curve", "width": 7}, "needs_background": "light"}
    [picture] = pictures_of([drawn(metadata=told)])
    assert picture["metadata"] == {"image/png": {"alt": "a curve"}}
    [picture] = pictures_of([drawn(metadata={"image/png": {"alt": "x" * 10_000}})])
    assert len(picture["metadata"]["image/png"]["alt"]) == 500


def test_is_a_picture_in_lines_joined() -> None:
    """Does a picture stay that nbformat wrote line by line?"""
    assert pictures_of([drawn([PNG[:40] + "\n", PNG[40:] + "\n"])]) == [kept(f"{PNG[:40]}\n{PNG[40:]}\n")]


def test_do_all_kinds_stay_that_a_page_shows() -> None:
    kinds = ("image/png", "image/jpeg", "image/gif")
    assert pictures_of([drawn(PNG, kind) for kind in kinds]) == [kept(PNG, kind) for kind in kinds]


HOSTILE: dict[str, Any] = {
    "no list": "none",
    "no outputs": [None, 7, "x", [], {}],
    "text": [{"output_type": "stream", "name": "stdout", "text": "10 of 10 points"}],
    "error": [{"output_type": "error", "ename": "E", "evalue": "x", "traceback": []}],
    "html": [drawn("<script>alert(1)</script>", "text/html")],
    "svg": [drawn("<svg onload='alert(1)'/>", "image/svg+xml")],
    "svg in base64": [drawn(base64.b64encode(b"<svg onload='alert(1)'/>").decode(), "image/svg+xml")],
    "another kind": [drawn(PNG, "image/png; charset=x"), drawn(PNG, "application/javascript"), drawn(PNG, "IMAGE/PNG")],
    "end of an attribute": [drawn(f'{PNG}"><script>alert(1)</script>')],
    "not a text": [drawn(7), drawn(None), drawn({"a": PNG}), drawn([PNG, 7]), drawn([])],
    "empty": [drawn(""), drawn([])],
    "no data": [{"output_type": "display_data", "data": [PNG], "metadata": {}}],
    "longer than a cell may hold": [drawn("A" * (MAX_PICTURE_CHARACTERS_OF_CELL + 1))],
}


@pytest.mark.parametrize("what", HOSTILE)
def test_is_what_is_no_picture_dropped_unread(tmp_path: Path, what: str) -> None:
    assert pictures_of(HOSTILE[what]) == []
    assert with_pictures(taken(tmp_path, submission(HOSTILE[what]))) == {}


def test_is_odd_metadata_dropped() -> None:
    for odd in (None, 7, [], {"image/png": None}, {"image/png": {"alt": ["x"]}}, {"image/jpeg": {"alt": "x"}}):
        assert pictures_of([drawn(metadata=odd)]) == [kept()]


def test_is_a_cell_bounded() -> None:
    """Do as many pictures stay as a cell may hold, and does one that is too long not cost the next?"""
    assert len(pictures_of([drawn()] * 50)) == MAX_PICTURES_OF_CELL
    half = "A" * (MAX_PICTURE_CHARACTERS_OF_CELL // 2)
    assert pictures_of([drawn(half), drawn(half + "AA"), drawn(half), drawn()]) == [kept(half)] * 2


def test_is_a_notebook_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is there a limit to all pictures together, which a student's own cells do not use up?"""
    notebook = submission([drawn(), drawn()])
    notebook["cells"].insert(0, {**code("mine", "x", "given"), "metadata": {}, "outputs": [drawn()] * 8})
    monkeypatch.setattr(handed_in_pictures, "MAX_PICTURES", 5)
    assert list(map(len, with_pictures(taken(tmp_path, notebook)).values())) == [2, 2, 1]
    monkeypatch.setattr(handed_in_pictures, "MAX_PICTURES", 100)
    monkeypatch.setattr(handed_in_pictures, "MAX_PICTURE_CHARACTERS", 3 * len(PNG))
    assert list(map(len, with_pictures(taken(tmp_path, notebook)).values())) == [2, 1]


def test_does_a_task_stay_small(tmp_path: Path) -> None:
    """Does a worker get what may be shown, however much was handed in?"""
    long = "A" * (MAX_PICTURE_CHARACTERS_OF_CELL // 4)
    noise = [{"output_type": "stream", "name": "stdout", "text": "x" * 1_000_000}]
    notebook = submission([drawn(long)] * 6 + noise)
    size = len(json.dumps(notebook))
    assert size > 40_000_000
    found = taken(tmp_path, notebook).notebook
    assert 8 * 2**20 - MAX_PICTURE_CHARACTERS_OF_CELL < len(as_json(found)) < 8 * 2**20 + 100_000


def test_is_no_time_lost_on_what_is_nearly_base64() -> None:
    nearly = "\n" * (MAX_PICTURE_CHARACTERS_OF_CELL - 1) + "!"
    begun = time.process_time()
    assert pictures_of([drawn(nearly), drawn("A" + nearly[1:])]) == []
    assert time.process_time() - begun < 1.0


def test_do_pictures_reach_the_notebook_that_is_run_apart_from_it(tmp_path: Path) -> None:
    """Does no cell that is run begin with an output of the submission's?"""
    found = assemble(nbformat.from_dict(source()), taken(tmp_path, submission()).notebook)
    assert all(cell.outputs == [] for cell in found.notebook.cells if cell.cell_type == "code")
    assert found.pictures["given-3"] == [kept()]
