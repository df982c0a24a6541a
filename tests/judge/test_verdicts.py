"""Does each test cell end as what it is, and do points follow from that alone?"""

from __future__ import annotations

from lab import Lab, added, as_notebook, said, verdicts, with_cell
from tiny_course import answered, code, source_notebook

from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.judge.verdict import Verdict


def test_right_answers_earn_all_points(lab: Lab) -> None:
    """Does a right submission earn everything?"""
    graded = lab.grade(answered())
    assert (graded.points, graded.max_points) == (5, 5)
    assert graded.lost == ()


def test_a_wrong_answer_costs_its_own_cell(lab: Lab) -> None:
    """Does one mistake cost one exercise, with the check's message?"""
    graded = lab.grade(answered(double="return number ** 2"))
    assert verdicts(graded) == {"double-visible": "passed", "double-hidden": "failed", "treble-hidden": "passed"}
    assert graded.records[1].message == "double(21) gives 441, not 42"


def test_an_exception_is_the_students(lab: Lab) -> None:
    """Is an exception of the student's code told apart from a wrong answer?"""
    graded = lab.grade(answered(double="return number / (number - 21)"))
    assert graded.records[1].verdict is Verdict.STUDENT_ERROR
    assert "ZeroDivisionError" in graded.records[1].message


def test_an_untouched_notebook_earns_nothing(lab: Lab) -> None:
    """Does a notebook without answers earn 0?"""
    blank = answered(double="raise NotImplementedError()", treble="raise NotImplementedError()")
    assert lab.grade(blank).points == 0


def test_neither_stderr_nor_a_last_value_decides(lab: Lab) -> None:
    """Do warnings and displayed numbers leave the points alone?"""
    noisy = 'import sys; sys.stderr.write("warning"); print("noise"); return number + number'
    graded = lab.grade(with_cell("0", before="treble-hidden", double=noisy))
    assert graded.points == 5


def test_a_kernel_has_torch_from_the_start(lab: Lab) -> None:
    """Is a kernel forked from a process that has imported torch, instead of importing it again?"""
    assert "True" in lab.shown("import sys\nprint('torch' in sys.modules)")


def test_helper_cells_of_the_student_run(lab: Lab) -> None:
    """May a student define a function in a cell of their own and use it?"""
    graded = lab.grade(with_cell("def plus(a, b):\n    return a + b", double="return plus(number, number)"))
    assert graded.points == 5


def test_records_survive_json(lab: Lab) -> None:
    """Do records read back as they were written?"""
    graded = lab.grade(answered(double="return None"))
    assert GradedNotebook.from_json(graded.to_json()) == graded


def test_notebooks_share_nothing(lab: Lab) -> None:
    """Does the next notebook find neither names nor files of the last one?"""
    lab.shown("left = 1; open('left.txt', 'w').write('x'); open('/tmp/left', 'w').write('x')")
    [found] = lab.shown(
        "import os, glob\nprint('left' in dir(), os.listdir('.'), os.path.exists('/tmp/left'), os.listdir('/dev/shm'))"
    )
    assert found == "False [] False []"


def test_plots_and_tables_are_shown(lab: Lab) -> None:
    """Do pictures and tables come through?"""
    source = source_notebook()
    source["cells"].append(
        code("plot", "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()\nimport pandas as pd\n"
             "pd.DataFrame({'digit': [1, 2]})", "given")
    )  # fmt: skip
    cells = lab.grade(answered(), source=source, redraw=True).notebook.cells
    kinds = {kind for cell in cells if cell.id == "plot" for out in cell.outputs for kind in out.get("data", {})}
    assert {"image/png", "text/html"} <= kinds


def test_script_in_outputs_is_removed(lab: Lab) -> None:
    """Is HTML that acts or loads something taken out before an instructor sees it?"""
    evil = "<b>ok</b><script>alert(1)</script><img src=http://x.example/a onerror=alert(1)><a href=javascript:1>x</a>"
    text = f"from IPython.display import HTML, Javascript, display\ndisplay(HTML({evil!r}), Javascript('alert(2)'))"
    outputs = [out for cell in lab.grade({"cells": [added(text)]}).notebook.cells for out in cell.get("outputs", [])]
    shown = [
        (kind, value) for out in outputs if "data" in out for kind, value in out.data.items() if kind != "text/plain"
    ]
    assert shown == [("text/html", "<b>ok</b>x")]


def test_the_notebook_is_put_back_in_order(lab: Lab) -> None:
    """Do a missing test and a missing answer come back, so that one costs nothing and the other its points?"""
    submission = answered()
    submission["cells"] = [c for c in submission["cells"] if c["id"] not in ("treble-hidden", "double")]
    graded = lab.grade(submission)
    assert verdicts(graded)["treble-hidden"] == "passed"
    assert verdicts(graded)["double-hidden"] == "student error"
    assert "cell double was missing; put back" in graded.notes


def test_files_handed_in_lie_beside_the_notebook(lab: Lab) -> None:
    """Can a notebook read what was handed in with it?"""
    from coursepack.grading.notebook.grade_notebook import grade_notebook

    submission = answered()
    submission["cells"].insert(0, added("print(open('more/data.txt').read())"))
    notebooks = as_notebook(source_notebook()), as_notebook(submission)
    graded = grade_notebook(lab.worker.course, *notebooks, worker=lab.worker, files={"more/data.txt": b"hello"})
    assert said(graded.notebook.cells[0]) == "hello"
