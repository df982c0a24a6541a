"""Search derived files for what their source keeps secret.

The hidden tests are secret and, in `release/`, so are the solutions. These count as a leak:

- **Line.** Lines are compared with whitespace collapsed. A line is *telling* if it holds at least eight characters
  besides whitespace and is not an import. A telling line of a hidden test may appear nowhere else, not even in a
  visible cell of the source: it would reveal the test. A telling line of a solution may appear in a student version
  only if the author also wrote it in a visible cell (`return logits` is in many given classes).
- **Passage.** All telling lines of one solution region, at least three, in one visible cell: the solution was pasted.
- **Marking scheme.** A telling line of one, however markdown renders it, in any place that students see.
- **Constant.** A number of a hidden test with at least three significant digits (trailing zeros do not count: 1000
  and 0.01 have one), or a string of at least eight characters, which the visible source never mentions.

For `release/`, everything outside the marked regions is visible; for `solutions/`, the solutions are visible as well.
Feedback names hidden cases in its messages by design, so its strings are not compared, only lines and numbers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.authoring.visible_text import cell_text, html_text, source_numbers
from coursepack.errors import CoursepackError
from coursepack.name_list import name_list
from coursepack.notebooks.cells import cell_name
from coursepack.notebooks.markers import split

MIN_LINE, MIN_STRING, MIN_DIGITS, MIN_PASSAGE = 8, 8, 3, 3
# A hidden line of at least this length is also searched for inside longer lines (a traceback, a JSON string).
MIN_INSIDE = 16
REMEDY = "write one of the two differently: other names, other numbers; `coursepack lint --explain leak` says more"


@dataclass(frozen=True)
class Secret:
    """One marked region and its source cell."""

    cell: str
    lines: tuple[str, ...]
    numbers: frozenset[float]
    strings: frozenset[str]


@dataclass(frozen=True)
class Secrets:
    """The secrets of a source notebook, and its visible text.

    Attributes:
        hidden: the hidden tests.
        solutions: the solutions.
        schemes: the marking schemes.
        visible: text by cell id outside every region.
        answered: as `visible`, with the solutions.
    """

    hidden: tuple[Secret, ...]
    solutions: tuple[Secret, ...]
    schemes: tuple[Secret, ...]
    visible: dict[str, str]
    answered: dict[str, str]


def secrets_of(source: NotebookNode) -> Secrets:
    """Collect the secrets of a source notebook (or of an autograded one, whose test cells are whole again).

    Raises:
        CoursepackError: the markers are unbalanced.
    """
    hidden: list[Secret] = []
    solutions: list[Secret] = []
    schemes: list[Secret] = []
    visible: dict[str, str] = {}
    answered: dict[str, str] = {}
    for index, cell in enumerate(source.cells):
        name = cell_name(cell, index)
        parts = split(cell.source, where=f"cell “{name}”")
        hidden += [_secret(name, region.text) for region in parts.of("HIDDEN TESTS")]
        solutions += [_secret(name, region.text) for region in parts.of("SOLUTION")]
        schemes += [_secret(name, region.text) for region in parts.of("MARK SCHEME")]
        visible[name] = "\n".join(parts.outside)
        answered[name] = "\n".join([visible[name], *(region.text for region in parts.of("SOLUTION"))])
    return Secrets(tuple(hidden), tuple(solutions), tuple(schemes), visible, answered)


def release_leaks(source: NotebookNode, release: NotebookNode, name: str) -> list[CoursepackError]:
    """Return what a student version shows of hidden tests and solutions.

    Args:
        source: the source notebook.
        release: the student version.
        name: the student version's name in messages.
    """
    secrets = secrets_of(source)
    return [
        *_hidden_leaks(secrets, _texts(release), "\n".join(secrets.visible.values()), name),
        *_solution_leaks(secrets, _texts(release), name),
        *_scheme_leaks(secrets, _texts(release), name),
    ]


def solution_leaks(source: NotebookNode, worked: NotebookNode, name: str) -> list[CoursepackError]:
    """Return what a worked version shows of hidden tests and marking schemes; arguments as for `release_leaks`."""
    secrets = secrets_of(source)
    known = "\n".join(secrets.answered.values())
    return [*_hidden_leaks(secrets, _texts(worked), known, name), *_scheme_leaks(secrets, _texts(worked), name)]


def text_leaks(secrets: Secrets, texts: dict[str, str], known: str, name: str) -> list[CoursepackError]:
    """Return what texts that belong to no notebook of the assignment show of it.

    Args:
        secrets: the assignment's secrets, without the lines that may be shown.
        texts: the texts, by the place that messages name.
        known: text whose numbers and strings are no leak.
        name: the assignment's name in messages.
    """
    found = [*_hidden_leaks(secrets, texts, known, name), *_solution_leaks(secrets, texts, name)]
    return [*found, *_scheme_leaks(secrets, texts, name)]


def feedback_leaks(source: NotebookNode, html: str, name: str, *, submitted: str = "") -> list[CoursepackError]:
    """Return what a feedback page shows of hidden tests and marking schemes.

    Args:
        source: the source notebook.
        html: the page.
        name: the page's name in messages.
        submitted: text of the submission, whose own numbers are not a leak.
    """
    secrets = secrets_of(source)
    known = "\n".join([*secrets.visible.values(), submitted])
    page = {"page": html_text(html)}
    return [*_hidden_leaks(secrets, page, known, name, strings=False), *_scheme_leaks(secrets, page, name)]


def redact(message: str, secrets: Secrets) -> str:
    """Return a message without telling lines and numbers of hidden tests, and without lines of marking schemes."""
    known = source_numbers("\n".join(secrets.visible.values()))
    numbers = {number for secret in secrets.hidden for number in secret.numbers} - known
    lines = {line for secret in secrets.hidden for line in secret.lines}
    schemes = {_bare(line) for secret in secrets.schemes for line in secret.lines}
    message = "\n".join(
        "…" if _collapsed(line) in lines or any(part in _bare(line) for part in schemes) else line
        for line in message.split("\n")
    )
    for line in sorted((line for line in lines if len(line) >= MIN_INSIDE), key=len, reverse=True):
        message = message.replace(line, "…")
    return re.sub(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?", lambda found: _shade(found[0], numbers), message)


def _shade(written: str, numbers: set[float]) -> str:
    return "…" if source_numbers(written) & numbers else written


def _secret(cell: str, text: str) -> Secret:
    numbers, strings = _constants(text)
    lines = tuple(line for line in map(_collapsed, text.split("\n")) if _telling(line))
    return Secret(cell, lines, frozenset(numbers), frozenset(strings))


def _constants(text: str) -> tuple[set[float], set[str]]:
    """Return the specific numbers and strings of a piece of code; of other text, its numbers."""
    try:
        # Under an `if`, so that a region indented inside a function parses too.
        tree = ast.parse("if True:\n" + "\n".join(f" {line}" for line in text.split("\n")))
    except SyntaxError:
        return {number for number in source_numbers(text) if _significant(number)}, set()
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    numbers = {float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)}
    strings = {v.strip() for v in values if isinstance(v, str) and len(v.strip()) >= MIN_STRING}
    return {number for number in numbers if _significant(number)}, strings


def _significant(number: float) -> bool:
    digits = f"{number:.15e}".split("e")[0].replace(".", "").lstrip("-0").rstrip("0")
    return len(digits) >= MIN_DIGITS


def _collapsed(line: str) -> str:
    return " ".join(line.split())


def _telling(line: str) -> bool:
    return len(line.replace(" ", "")) >= MIN_LINE and not re.match(r"(import|from)\s", line)


def _texts(notebook: NotebookNode) -> dict[str, str]:
    return {cell_name(cell, index): cell_text(cell) for index, cell in enumerate(notebook.cells)}


def _hidden_leaks(
    secrets: Secrets, texts: dict[str, str], known: str, name: str, *, strings: bool = True
) -> Iterator[CoursepackError]:
    known_numbers = source_numbers(known)
    for place, text in texts.items():
        lines = {_collapsed(line) for line in text.split("\n")}
        collapsed, numbers = "\n".join(sorted(lines)), source_numbers(text)
        for secret in secrets.hidden:
            shown = [line for line in secret.lines if _shows(line, lines, collapsed)]
            shown += [f"{number:.15g}" for number in sorted(secret.numbers & numbers - known_numbers)]
            if strings:
                shown += sorted(value for value in secret.strings if value in text and value not in known)
            if shown:
                yield _leak(f"the hidden test of cell “{secret.cell}”", shown, f"{name}, cell “{place}”")


def _shows(line: str, lines: set[str], collapsed: str) -> bool:
    if line in lines:
        return True
    if len(line) < MIN_INSIDE or line not in collapsed:  # most are not, and that is found out soonest
        return False
    return re.search(rf"(?<!\w){re.escape(line)}(?!\w)", collapsed) is not None


def _solution_leaks(secrets: Secrets, texts: dict[str, str], name: str) -> Iterator[CoursepackError]:
    allowed = {_collapsed(line) for text in secrets.visible.values() for line in text.split("\n")}
    for place, text in texts.items():
        lines = [_collapsed(line) for line in text.split("\n")]
        passage, there = "\n".join(line for line in lines if _telling(line)), set(lines)
        for secret in secrets.solutions:
            shown = [line for line in secret.lines if line in there and line not in allowed]
            whole = "\n".join(secret.lines)
            if not shown and len(secret.lines) >= MIN_PASSAGE and f"\n{whole}\n" in f"\n{passage}\n":
                shown = list(secret.lines)
            if shown:
                yield _leak(f"the solution of cell “{secret.cell}”", shown, f"{name}, cell “{place}”")


def _scheme_leaks(secrets: Secrets, texts: dict[str, str], name: str) -> Iterator[CoursepackError]:
    schemes = [(secret, [(line, _bare(line)) for line in secret.lines]) for secret in secrets.schemes]
    for place, text in texts.items():
        bare = _bare(text)
        for secret, lines in schemes:
            shown = [line for line, plain in lines if plain in bare]
            if shown:
                yield _leak(f"the marking scheme of cell “{secret.cell}”", shown, f"{name}, cell “{place}”")


def _bare(text: str) -> str:
    """Return a text on one line without the markup that markdown renders: emphasis and list numbers."""
    return _collapsed(re.sub(r"(?m)^\s*(\d+\.|[-*])\s", "", re.sub(r"[*_`#]", "", text)))


def _leak(what: str, shown: list[str], where: str) -> CoursepackError:
    lines = name_list((f"“{line}”" for line in shown), 1)
    return CoursepackError(f"{what} shows here: {lines}", where=where, remedy=REMEDY)
