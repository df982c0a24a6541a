"""Does any feedback page show a hidden test, its numbers or a marking scheme, made by nbgrader or by us?

Every hidden test fails here, and the outputs hold what careless grading would show: the whole test in the traceback and
its numbers in the message. Students also print hidden lines in tests, through functions that the tests call.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from graded_class import enter_assignment, enter_graded
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback

from coursepack.authoring.leaks import feedback_leaks
from coursepack.course import Course
from coursepack.feedback.class_feedback import write_feedback
from coursepack.gradebook import course_directory
from coursepack.grading.submission.folder_files import VERDICTS_FILE
from coursepack.grading.workspace import Workspace
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.cells import grade_id_of
from coursepack.notebooks.markers import split
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook

ASSIGNMENTS = Course(Path(__file__).resolve().parents[2]).assignments


def nbgraders_way(course: Course, assignment: str) -> None:
    """Run the converter of `nbgrader generate_feedback`, with the course's own configuration."""
    folders = course_directory(course)
    folders.assignment_id = assignment
    GenerateFeedback(coursedir=folders, config=folders.config, force=True).start()


def hidden_text(cell: NotebookNode) -> str:
    return "\n".join(region.text for region in split(cell.source, where="").of("HIDDEN TESTS"))


def failures(source: NotebookNode) -> Iterator[tuple[str, str, list[NotebookNode]]]:
    """Yield each hidden test, a message that quotes all of it, and outputs that show it in several ways."""
    for cell in source.cells:
        hidden = hidden_text(cell) if cell.cell_type == "code" else ""
        if hidden:
            error = nbformat.v4.new_output("error", ename="ValueError", evalue=hidden, traceback=hidden.split("\n"))
            printed = nbformat.v4.new_output("stream", text=hidden)
            yield grade_id_of(cell), f"a check: {hidden}", [printed, error]


def fail_everything(course: Course, assignment: str) -> Workspace:
    workspace = Workspace(course, assignment)
    source = read_notebook(workspace.source)
    enter_assignment(workspace)
    found = list(failures(source))
    assert found
    verdicts = {name: (Verdict.FAILED, message) for name, message, _ in found}
    return enter_graded(course, assignment, "ann", verdicts=verdicts, outputs={name: out for name, _, out in found})


def leaks(workspace: Workspace, student: str = "ann") -> list[str]:
    source = read_notebook(workspace.source)
    page = workspace.folder("feedback", student) / f"{workspace.assignment}.html"
    submitted = "\n".join(cell.source for cell in solved_notebook(source).cells)
    shown = page.read_text(encoding="utf-8")
    assert "What did not pass" in shown
    return [str(leak) for leak in feedback_leaks(source, shown, "page", submitted=submitted)]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_does_no_page_show_a_secret_and_are_both_ways_pages_the_same(course: Course, assignment: str) -> None:
    workspace = fail_everything(course, assignment)
    assert write_feedback(course, assignment) == 0
    assert leaks(workspace) == []
    page = workspace.folder("feedback", "ann") / f"{assignment}.html"
    ours = page.read_bytes()
    page.unlink()
    nbgraders_way(course, assignment)
    assert page.read_bytes() == ours
    # As stock nbgrader grades, without our verdicts: messages come from the outputs.
    (workspace.folder("autograded", "ann") / VERDICTS_FILE).unlink()
    nbgraders_way(course, assignment)
    assert page.read_bytes() != ours
    assert leaks(workspace) == []


def test_would_a_page_with_a_secret_be_noticed(course: Course) -> None:
    workspace = fail_everything(course, "ps4_batchnorm")
    source = read_notebook(workspace.source)
    schemes = [region.text for cell in source.cells for region in split(cell.source, where="").of("MARK SCHEME")]
    hidden = next(text for cell in source.cells if (text := hidden_text(cell)))
    assert schemes
    for secret in (*schemes, hidden):
        assert feedback_leaks(source, f"<p>{secret.replace('<', '&lt;')}</p>", "page")
