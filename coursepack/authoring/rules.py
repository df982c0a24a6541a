"""The rules of source notebooks, each with its reason: `coursepack lint --explain RULE` prints them."""

from __future__ import annotations

from dataclasses import dataclass

from coursepack.errors import CoursepackError


@dataclass(frozen=True)
class Rule:
    """A rule that a build insists on.

    Attributes:
        says: the rule, one sentence.
        why: why it is one, and what to do.
        fixable: whether `coursepack lint --fix` can mend it, at least in most cases.
    """

    says: str
    why: str
    fixable: bool = False


RULES = {
    "id-missing": Rule(
        "Every cell has an id.",
        "Grades, answers and feedback name cells by their ids. Old notebooks have none.",
        fixable=True,
    ),
    "id-readable": Rule(
        "An id reads like a name: small letters and digits, with hyphens between words.",
        "JupyterLab gives new cells ids such as `5f1c2d3e`, and nbgrader such as `cell-bc7e6d59`. Reports, answers and "
        "messages show ids to people. Call an answer `mean`, its tests `mean-visible` and `mean-hidden`.",
        fixable=True,
    ),
    "id-unique": Rule(
        "No two cells have the same id.",
        "A copied cell brings its id along, and a grade would belong to both cells. Rename one of them.",
        fixable=True,
    ),
    "id-grade-id": Rule(
        "A cell's id is also its nbgrader grade_id.",
        "One cell, one name: else answers/ and the gradebook call the same cell by different names. The fix takes the "
        "grade_id, which the gradebook knows, unless only the id is readable.",
        fixable=True,
    ),
    "markers-paired": Rule(
        "Every `### BEGIN …` has an `### END …` of its own kind, and regions do not overlap.",
        "nbgrader cuts regions out. With a marker missing it would cut too much, or hand out a solution.",
    ),
    "region-kind": Rule(
        "Solutions are in solution cells, hidden tests in test cells.",
        "nbgrader removes a region only from a cell whose fields say what it is, so elsewhere it would be handed out. "
        "Where the cell has no nbgrader fields, the fix sets them; where it has others, one of the two is wrong.",
        fixable=True,
    ),
    "region-empty": Rule(
        "No marked region is empty.",
        "An empty hidden test gives points for nothing, and an empty solution earns none. Fill it, or remove it.",
    ),
    "solution-region": Rule(
        "A solution cell of code marks its solution.",
        "Without `### BEGIN SOLUTION` and `### END SOLUTION`, nbgrader replaces the whole cell, with its signature "
        "and its docstring.",
    ),
    "outputs": Rule(
        "A source notebook holds no outputs.",
        "They change with every run, so that versions cannot be compared, and may show what tests hide.",
        fixable=True,
    ),
    "foreign-package": Rule(
        "Only hidden tests import coursepack or the course's own package.",
        "Students have neither: the cell would fail on their computers. Move the import between the markers of the "
        "hidden test.",
    ),
    "points-number": Rule(
        "A test's points are a number of at least 0.",
        "The fix sets 0 for a visible test, and what the heading above promises where only one cell's points are "
        "missing. Where one exercise has two hidden tests, only you know how its points are shared: set them in "
        "JupyterLab's right sidebar, “Create Assignment”, or in a script with `points=3` behind the cell's name.",
        fixable=True,
    ),
    "points-hidden": Rule(
        "A hidden test is worth points.",
        "A student cannot see it, so without points nobody learns what it found. Give it points, or show it.",
    ),
    "points-visible": Rule(
        "A visible test is worth no points.",
        "Its answer stands in the test itself, so points for it would be points for copying. Put them on the hidden "
        "test.",
    ),
    "test-opening": Rule(
        "A test begins with a comment `# Check that …`.",
        "Reports and feedback show this line. It is all that students see of a hidden test.",
    ),
    "test-python": Rule(
        "A test is Python, and a hidden one plain Python.",
        "The judge, who runs hidden tests, has no notebook: no magics, no shell commands, no bare `await`.",
    ),
    "test-value": Rule(
        "A test does not end in a value.",
        "nbgrader reads the value of a last line as points: a test that ends in `0` would give 0. End it with an "
        "assert.",
    ),
    "test-names": Rule(
        "A hidden test uses only what it defines, what it imports, and what answers define.",
        "The judge runs it outside the student's notebook. It reaches functions and variables of answers by name, "
        "classes by `student.module` or `student.instance`, values by `student.value`. Import modules in the test.",
    ),
    "points-table": Rule(
        "The cell `title` holds a table `| exercise | points | minutes |` that ends in a row of totals.",
        "Students plan by it, and a build compares it with the cells.",
    ),
    "points-sums": Rule(
        "The table's rows add up, and its total is what the cells carry.",
        "Else students are promised points that no cell gives. Change the table, or the points of the cells.",
    ),
    "points-heading": Rule(
        "A heading that says “(4 points)” is followed by cells worth 4 points, up to the next such heading.",
        "The same promise in another place. Change the heading, or the points of the cells.",
    ),
    "nbgrader": Rule(
        "nbgrader itself takes the notebook.",
        "The message is nbgrader's own.",
    ),
    "leak": Rule(
        "The student version shows no line, number or text of a hidden test, and no solution; nor does the worked "
        "version show a hidden test.",
        "Whatever students can read decides no grade. Use other numbers in the hidden test than in the text and in the "
        "solution, write a reference differently from the solution, or move the line out of sight.",
    ),
}


def explain(name: str) -> str:
    """Return a rule with its reason, or all of them for `all`.

    Raises:
        CoursepackError: there is no such rule.
    """
    if name == "all":
        return "\n\n".join(map(explain, RULES))
    if name not in RULES:
        raise CoursepackError(f"there is no rule “{name}”", remedy=f"use one of: {', '.join(RULES)}; or all")
    rule = RULES[name]
    mended = "\n  `coursepack lint --fix` can mend it." if rule.fixable else ""
    return f"{name}: {rule.says}\n  {rule.why}{mended}"
