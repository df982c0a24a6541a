"""Do the examples of docs/checks/ run, and does each wrong answer get the message that stands there?"""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from coursepack.checks import CheckFailed, student
from coursepack.subject import LocalSubject

PAGES = Path(__file__).parents[2] / "docs" / "checks"
# Shared by checks, and of no use to a hidden test by themselves; `answers` is reached through `arrays`.
INNER = {"answers", "comparing", "current_student", "draws", "errors"}
INNER |= {"network_slips", "placing", "pytorch", "reference"}
DECIMAL = re.compile(r"-?\d+\.\d+(?!%)")
NAMES = sorted(page.stem for page in PAGES.glob("*.md") if page.stem != "index")


class Example(NamedTuple):
    """The code of a page, in order, and the message that it promises."""

    answer: str
    hidden_test: str
    wrong_answer: str
    message: str


def floats(text: str) -> list[float]:
    return [float(number) for number in DECIMAL.findall(text)]


def example(name: str) -> Example:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8").partition("\n## Reference\n")[0]
    answer, hidden_test, wrong_answer = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    [message] = re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return Example(answer, hidden_test, wrong_answer, message)


class Notebook:
    """A student's notebook as a subject: cells that ran, and whose text can be read."""

    def __init__(self, name: str) -> None:
        self.name, self.cells = name, 0
        self.namespace: dict[str, Any] = {"__name__": "__main__"}

    def run(self, cell: str) -> None:
        self.cells += 1
        filename = f"<student-{self.name}-{self.cells}>"
        linecache.cache[filename] = (len(cell), None, cell.splitlines(keepends=True), filename)
        exec(compile(cell, filename, "exec"), self.namespace)


@pytest.fixture
def notebook(request: pytest.FixtureRequest) -> Iterator[Notebook]:
    made = Notebook(request.node.callspec.params["name"])
    student.use(LocalSubject(made.namespace))
    yield made
    student.use(LocalSubject())


@pytest.mark.parametrize("name", NAMES)
def test_does_the_answer_pass_and_the_wrong_one_get_the_message_that_is_shown(name: str, notebook: Notebook) -> None:
    shown = example(name)
    hidden_test = compile(shown.hidden_test, f"<hidden test of {name}>", "exec")
    notebook.run(shown.answer)
    exec(hidden_test, {})
    notebook.run(shown.wrong_answer)
    with pytest.raises(CheckFailed) as failure:
        exec(hidden_test, {})
    got, promised = str(failure.value), shown.message.removesuffix("\n")
    assert DECIMAL.sub("…", got) == DECIMAL.sub("…", promised)
    # Another processor may add up float32 in another order.
    assert floats(got) == pytest.approx(floats(promised), rel=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_is_a_hidden_test_written_as_in_a_source_notebook(name: str) -> None:
    lines = example(name).hidden_test.splitlines()
    assert lines[0].startswith("# Check that ")
    assert (lines[1], lines[-1]) == ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
    assert any(re.match(r"from coursepack\.checks(\.\w+)? import .*", line) for line in lines)


def test_does_every_module_of_checks_have_a_page_that_the_overview_names() -> None:
    modules = {path.stem for path in (PAGES.parents[1] / "coursepack" / "checks").glob("*.py")} - {"__init__"}
    assert set(NAMES) == modules - INNER | {"student"}  # a name of the package itself
    listed = re.findall(r"^\| \[(\w+)\]\(\1\.md\) \|", (PAGES / "index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == NAMES
