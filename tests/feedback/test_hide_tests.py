"""Does a feedback page tell what failed without telling the hidden test?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import notebook_parts as parts
import pytest

from coursepack.authoring.build import build_pack
from coursepack.authoring.leaks import feedback_leaks
from coursepack.course import Course
from coursepack.feedback.hide_tests import HideTests
from coursepack.validation.snippets import solved_notebook

ANSWERS = {
    "right": "def double(number):\n    return number + number",
    "wrong": "def double(number):\n    return number + 2",
    "nameless": "",
    "printing": "def double(number):\n    print('got', number)\n    return number + 2",
    "quoting": "def double(number):\n    if number > 10:\n        raise ValueError(f'too big: {number}')\n"
    "    return 2 * number",
    "untouched": "raise NotImplementedError()",
}
CONFIG = """c = get_config()
from coursepack.feedback.hide_tests import HideTests
c.CourseDirectory.solution_directory = "solutions"
c.GenerateFeedback.preprocessors.append(HideTests)
"""


def nbgrader(root: Path, *arguments: str) -> None:
    """Run a stock nbgrader command in a course."""
    home = {"HOME": str(root), "JUPYTER_CONFIG_DIR": str(root / ".jupyter"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, env=os.environ | home, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def page(root: Path, student: str, folder: str = "feedback") -> str:
    return (root / folder / student / "doubling" / "doubling.html").read_text(encoding="utf-8")


def leaks(root: Path, student: str, folder: str = "feedback") -> list[str]:
    shown = page(root, student, folder)
    found = feedback_leaks(parts.notebook(), shown, student, submitted=ANSWERS[student])
    return [str(leak) for leak in found]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose class was graded by stock nbgrader, feedback not yet made."""
    root = tmp_path_factory.mktemp("course")
    parts.write_course(root, parts.notebook())
    build_pack(Course(root), ["doubling"])
    for student, answer in ANSWERS.items():
        notebook = solved_notebook(parts.notebook())
        next(cell for cell in notebook.cells if cell.id == "double").source = answer
        folder = root / "submitted" / student / "doubling"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "doubling.ipynb")
    nbgrader(root, "autograde", "doubling")
    return root


@pytest.fixture(scope="module")
def feedback(course: Path) -> Path:
    """The same course with feedback as this course pack makes it."""
    (course / "nbgrader_config.py").write_text(CONFIG)
    nbgrader(course, "generate_feedback", "doubling", "--force")
    return course


def test_would_stock_feedback_leak(course: Path) -> None:
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    nbgrader(course, "generate_feedback", "doubling", "--CourseDirectory.feedback_directory=stock")
    assert all(leaks(course, student, "stock") for student in ANSWERS)


@pytest.mark.parametrize("student", sorted(ANSWERS))
def test_does_feedback_show_no_hidden_line_and_no_hidden_number(feedback: Path, student: str) -> None:
    assert leaks(feedback, student) == []


@pytest.mark.parametrize(
    ("student", "score", "message"),
    [
        ("right", "5.0 / 5.0", "Check that double works for other numbers"),
        ("wrong", "2.0 / 5.0", "AssertionError: the secret number is not doubled"),
        ("nameless", "2.0 / 5.0", "NameError: name 'double' is not defined"),
        ("quoting", "2.0 / 5.0", "ValueError: too big: …"),
        ("untouched", "2.0 / 5.0", "NotImplementedError"),
    ],
)
def test_does_feedback_still_tell_the_score_and_what_failed(
    feedback: Path, student: str, score: str, message: str
) -> None:
    text = page(feedback, student).replace("&#39;", "'").replace("&#x27;", "'")
    assert f"Score: {score}" in text
    assert message in text


def hidden_cell(*outputs: parts.NotebookNode) -> parts.NotebookNode:
    """Return a graded notebook whose cell `double-hidden` has these outputs, cleaned for feedback."""
    notebook = parts.notebook()
    cell = next(cell for cell in notebook.cells if cell.id == "double-hidden")
    cell.outputs = list(outputs)
    HideTests().preprocess(notebook, {})
    return cell


def failure(name: str, message: str) -> parts.NotebookNode:
    traceback = ["----> 2 secret_number = 73219", f"\x1b[31m{name}\x1b[0m: {message}"]
    return nbformat.v4.new_output("error", ename=name, evalue=message, traceback=traceback)


def test_does_a_failing_check_speak_for_itself() -> None:
    cell = hidden_cell(failure("CheckFailed", "double (negative): value\n  expected: -4\n  got: 4"))
    assert cell.outputs[0].traceback == ["double (negative): value\n  expected: -4\n  got: 4"]


def test_does_another_error_keep_its_name_and_lose_its_traceback() -> None:
    cell = hidden_cell(failure("NameError", "name 'double' is not defined"))
    assert cell.outputs[0].traceback == ["NameError: name 'double' is not defined"]


def test_is_an_error_without_message_its_name() -> None:
    assert hidden_cell(failure("AssertionError", "")).outputs[0].traceback == ["AssertionError"]


def test_are_hidden_numbers_in_a_message_blacked_out() -> None:
    cell = hidden_cell(failure("ValueError", "cannot double 73219"))
    assert cell.outputs[0].traceback == ["ValueError: cannot double …"]
    assert cell.outputs[0].evalue == "cannot double …"


def test_does_a_hidden_test_show_nothing_that_was_printed() -> None:
    printed = nbformat.v4.new_output("stream", text="the argument is 73219")
    assert hidden_cell(printed).outputs == []


def test_do_visible_tests_keep_their_tracebacks() -> None:
    notebook = parts.notebook()
    cell = next(cell for cell in notebook.cells if cell.id == "double-visible")
    cell.outputs = [failure("AssertionError", "")]
    HideTests().preprocess(notebook, {})
    assert len(cell.outputs[0].traceback) == 2


@pytest.mark.parametrize("line", ["### BEGIN HIDDEN TESTS", "### END SOLUTION", "### BEGIN SOLUTION"])
def test_may_a_student_write_markers(line: str) -> None:
    answer = f"{line}\ndouble = lambda number: 2 * number"
    notebook = parts.notebook({"double": answer, "picture": answer})
    HideTests().preprocess(notebook, {})
    sources = {cell.id: cell.source for cell in notebook.cells}
    assert sources["double"] == sources["picture"] == answer
    assert sources["double-hidden"] == "# Check that double works for other numbers"
