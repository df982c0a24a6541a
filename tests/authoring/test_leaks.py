"""Does a derived file that shows a secret of its source get caught, and only then?"""

from __future__ import annotations

import notebook_parts as parts
import pytest

from coursepack.authoring.leaks import feedback_leaks, redact, release_leaks, secrets_of, solution_leaks
from coursepack.authoring.solution_notebook import worked_inputs
from coursepack.authoring.visible_text import source_numbers
from coursepack.notebooks.versions import released_notebook

SECRET_LINE = 'assert double(secret_number) == 146438, "the secret number is not doubled"'


def leaks_in_release(source: parts.NotebookNode, release: parts.NotebookNode | None = None) -> list[str]:
    return [str(leak) for leak in release_leaks(source, release or released_notebook(source), "release")]


def leaks_in_worked(source: parts.NotebookNode, worked: parts.NotebookNode | None = None) -> list[str]:
    return [str(leak) for leak in solution_leaks(source, worked or worked_inputs(source), "solutions")]


def cell(notebook: parts.NotebookNode, name: str) -> parts.NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == name)


def test_does_a_sound_notebook_leak_nothing() -> None:
    assert leaks_in_release(parts.notebook()) == []
    assert leaks_in_worked(parts.notebook()) == []


def test_is_a_source_published_as_it_is_a_leak() -> None:
    source = parts.notebook()
    found = leaks_in_release(source, source)
    assert any("solution of cell “double”" in leak and "cell “double”" in leak for leak in found)
    assert any("hidden test of cell “treble-hidden”" in leak for leak in found)


@pytest.mark.parametrize(
    "shown",
    [
        SECRET_LINE,
        f"    {SECRET_LINE}",
        SECRET_LINE.replace(" ", "   "),
        f"----> 2 {SECRET_LINE}",
        "the answer is 146438",
        "the answer is 146_438",
        "the answer is 146,438",
        "hint: the secret number is not doubled",
    ],
)
def test_is_a_hidden_line_or_constant_caught_in_any_output(shown: str) -> None:
    source = parts.notebook()
    worked = worked_inputs(source)
    cell(worked, "picture").outputs = [parts.nbformat.v4.new_output("stream", text=f"before\n{shown}\n")]
    found = leaks_in_worked(source, worked)
    assert len(found) == 1
    assert "solutions, cell “picture”" in found[0]


def test_is_a_hidden_line_caught_in_metadata() -> None:
    source = parts.notebook()
    release = released_notebook(source)
    cell(release, "picture").metadata["note"] = SECRET_LINE
    assert len(leaks_in_release(source, release)) == 1


def test_is_a_hidden_line_caught_in_a_table_of_html() -> None:
    source = parts.notebook()
    worked = worked_inputs(source)
    data = {"text/html": f"<pre>\n{SECRET_LINE}\n</pre>", "image/png": "146438"}
    cell(worked, "picture").outputs = [parts.nbformat.v4.new_output("display_data", data=data)]
    assert len(leaks_in_worked(source, worked)) == 1


def test_are_the_bytes_of_a_picture_no_text() -> None:
    source = parts.notebook()
    worked = worked_inputs(source)
    cell(worked, "picture").outputs = [parts.nbformat.v4.new_output("display_data", data={"image/png": "146438"})]
    assert leaks_in_worked(source, worked) == []


def test_is_a_hidden_line_in_a_visible_cell_of_the_source_caught() -> None:
    source = parts.notebook({"picture": f"secret_number = 73219\n{SECRET_LINE}"})
    assert any("hidden test of cell “double-hidden”" in leak for leak in leaks_in_release(source))


def test_is_a_solution_pasted_into_a_visible_cell_caught() -> None:
    solution = "a = number + number\n    b = a + number\n    return b - number"
    marked = f"def double(number):\n    ### BEGIN SOLUTION\n    {solution}\n    ### END SOLUTION"
    source = parts.notebook({"double": marked, "picture": f"def other(number):\n    {solution}"})
    assert any("solution of cell “double”" in leak for leak in leaks_in_release(source))


def test_may_single_solution_lines_stand_in_given_cells() -> None:
    source = parts.notebook({"picture": "def given(number):\n    twice_as_much = number + number"})
    assert leaks_in_release(source) == []


@pytest.mark.parametrize("line", ["", ")", "else:", "return x", "import numpy as np", "from a import bcdefgh"])
def test_may_a_trivial_line_stand_anywhere(line: str) -> None:
    hidden = f"# Check that it works\n### BEGIN HIDDEN TESTS\n{line}\n### END HIDDEN TESTS"
    source = parts.notebook({"double-hidden": hidden, "picture": f"before = 1\n{line}\n"})
    assert leaks_in_release(source) == []


@pytest.mark.parametrize(
    ("constant", "leaks"),
    [
        ("7", 0),
        ("100", 0),
        ("1000", 0),
        ("0.01", 0),
        ("True", 0),
        ("'short'", 0),
        ("137", 1),
        ("1.25", 1),
        ("-4321", 1),
        ("'a long string'", 1),
    ],
)
def test_is_a_constant_a_secret_only_if_it_is_specific(constant: str, leaks: int) -> None:
    hidden = f"# Check that it works\n### BEGIN HIDDEN TESTS\nf({constant})\n### END HIDDEN TESTS"
    source = parts.notebook({"double-hidden": hidden})
    release = released_notebook(source)
    cell(release, "picture").source = f"print({constant})"
    assert len(leaks_in_release(source, release)) == leaks


def test_is_a_constant_that_the_visible_source_names_no_secret() -> None:
    source = parts.notebook({"picture": 'print("146,438 is twice 73,219")'})
    assert leaks_in_release(source) == []


def test_may_a_worked_version_show_constants_of_solutions() -> None:
    source = parts.notebook(
        {
            "treble": "### BEGIN SOLUTION\nanswer = 85526\n### END SOLUTION",
            "treble-hidden": "# Check that it works\n### BEGIN HIDDEN TESTS\nassert answer == 85526\n"
            "### END HIDDEN TESTS",
        }
    )
    assert leaks_in_worked(source) == []


def test_are_hidden_lines_found_between_the_tags_of_a_page() -> None:
    page = '<pre><span class="k">assert</span> <span>treble(52.137)</span> &gt; <b>156.4</b></pre>'
    assert len(feedback_leaks(parts.notebook(), page, "page")) == 1


def test_are_hidden_numbers_found_in_a_page() -> None:
    assert len(feedback_leaks(parts.notebook(), "<p>you gave 146438</p>", "page")) == 1


def test_are_the_student_s_own_numbers_no_leak_in_a_page() -> None:
    assert feedback_leaks(parts.notebook(), "<p>146438</p>", "page", submitted="x = 146438") == []


def test_are_styles_and_scripts_of_a_page_no_text() -> None:
    page = "<style>p { margin: 146438px }</style><script>x = 146438 </script><p>fine</p>"
    assert feedback_leaks(parts.notebook(), page, "page") == []


def test_does_redacting_black_out_hidden_lines_and_numbers_only() -> None:
    message = f"double(73219) in `{SECRET_LINE}` gave 12345, not 146438"
    assert redact(message, secrets_of(parts.notebook())) == "double(…) in `…` gave 12345, not …"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("85,526 weights", {85526.0, 85.0, 526.0}),
        ("1_000", {1000.0}),
        ("x2 = 3.5e-2", {0.035}),
        ("conv1.2", set()),
        ("", set()),
    ],
)
def test_are_numbers_read_however_they_are_written(text: str, numbers: set[float]) -> None:
    assert source_numbers(text) == numbers


@pytest.mark.parametrize(
    ("line", "shown", "leaks"),
    [
        ("assert g(8)", "assert g(8)", 1),
        ("assert g(8)", "----> 2 assert g(8)", 0),
        ("assert sorted(names) == names", "----> 2 assert sorted(names) == names", 1),
        ("assert sorted(names) == names", "assert sorted(names) == names_of_all", 0),
        ("check('a long string')", "a long string", 1),
    ],
)
def test_is_a_hidden_line_looked_for_inside_others_if_it_is_long(line: str, shown: str, leaks: int) -> None:
    hidden = f"# Check that it works\n### BEGIN HIDDEN TESTS\n{line}\n### END HIDDEN TESTS"
    source = parts.notebook({"double-hidden": hidden})
    release = released_notebook(source)
    cell(release, "picture").source = shown
    assert len(leaks_in_release(source, release)) == leaks


def test_is_a_string_that_the_visible_source_names_no_secret() -> None:
    hidden = "# Check that it works\n### BEGIN HIDDEN TESTS\nf('a long string')\n### END HIDDEN TESTS"
    assert leaks_in_release(parts.notebook({"double-hidden": hidden, "picture": "a long string"})) == []
