"""How long does the class report take, and how much memory, for a made-up class of any size?

    python benchmarks/report.py 2000 [folder]

It makes a course with the assignment ps2_mnist_cnn and a graded class in a new folder: gradebook, verdicts, graded
notebooks with answers and pictures, without running any. Then it writes the report in a process of its own.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook

from coursepack.course import Course
from coursepack.grading.batch.register import register_assignment
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.grading.submission.folder_files import VERDICTS_FILE
from coursepack.grading.workspace import Workspace
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.cells import grade_id_of, is_graded, is_solution, is_test, points_of
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "ps2_mnist_cnn"
FIRST = ("Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hana", "Ivo", "Jamila", "Kofi", "Léa")
LAST = ("Nowak", "Okafor", "Petrov", "Quint", "Rossi", "Sørensen", "Tanaka", "Ueda", "Vogel", "Weiß", "Xu", "Yılmaz")
MESSAGES = (
    "output: shape of the result\n  expected: (5, 10)\n  got: ({0}, 10)\n  hint: the first axis is the batch",
    "not written yet\n  hint: replace the line `raise NotImplementedError()`",
    "output: {0} of 50 values differ\n  hint: batch normalisation comes after the activation; here it comes before",
    "your code raised RuntimeError: mat1 and mat2 shapes cannot be multiplied ({0}x400 and 256x10)",
)
PEAK = """
import resource, sys, time
from pathlib import Path
from coursepack.course import Course
from coursepack.report.page import write_report
begun = time.monotonic()
page = write_report(Course(Path(sys.argv[1])), sys.argv[2])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
seconds, cpu = time.monotonic() - begun, time.process_time()
size = page.stat().st_size / 1e6
print(f"{seconds:.1f} s ({cpu:.1f} s of CPU with the start), {peak:.0f} MiB at most, page of {size:.1f} MB")
"""


def make_class(root: Path, count: int) -> Course:
    """Make a course folder with a graded class of `count` students."""
    course = Course(root)
    path = course.notebook("source", ASSIGNMENT)
    path.parent.mkdir(parents=True)
    path.write_bytes((ROOT / "source" / ASSIGNMENT / path.name).read_bytes())
    (root / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    workspace = Workspace(course, ASSIGNMENT)
    register_assignment(workspace)
    solved = solved_notebook(read_notebook(path))
    with workspace.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-03-01 12:00:00 UTC")
        notebook = gradebook.find_notebook(ASSIGNMENT, ASSIGNMENT)
        cells = {cell.name: cell for cell in [*notebook.grade_cells, *notebook.task_cells]}
        answers = {cell.name: cell for cell in notebook.solution_cells}
        with gradebook.db.no_autoflush:
            for number in range(count):
                add_student(gradebook, workspace, notebook, (cells, answers), solved, number)
        gradebook.db.commit()
    return course


def add_student(gradebook: Any, workspace: Workspace, notebook: Any, cells: Any, solved: Any, number: int) -> None:
    """Add one student: rows in the gradebook, verdicts and a graded notebook."""
    rng = random.Random(number)  # noqa: S311
    name, skill = f"s{number:04}", rng.betavariate(4, 1.5)
    student = Student(id=name, first_name=rng.choice(FIRST), last_name=rng.choice(LAST))
    due = notebook.assignment.duedate
    late = rng.random() < 0.08
    times = {"timestamp": due.replace(day=due.day + rng.randrange(1, 4)) if late else due}
    assignment = SubmittedAssignment(student=student, assignment=notebook.assignment, **times)
    entry = SubmittedNotebook(notebook=notebook, assignment=assignment)
    records = [verdict(cell, skill, rng) for cell in solved.cells if is_graded(cell) and is_test(cell)]
    points = {record.grade_id: record.points for record in records}
    for cell_name, cell in cells[0].items():
        score = points.get(cell_name, None if cell.max_score else 0.0)
        marked = cell.max_score and score is None and rng.random() < 0.7
        mark = round(2 * skill * cell.max_score) / 2 if marked else None
        waits = score is None and not marked
        entry.grades.append(Grade(cell=cell, auto_score=score, manual_score=mark, needs_manual_grade=waits))
    for cell in cells[1].values():
        entry.comments.append(Comment(cell=cell))
    gradebook.db.add_all([student, assignment, entry])
    write_files(workspace, name, records, solved, rng)


def verdict(cell: Any, skill: float, rng: random.Random) -> VerdictRecord:
    """Return a verdict that a student of this skill (0 to 1) gets."""
    passed = rng.random() < skill
    message = "" if passed else rng.choice(MESSAGES).format(rng.randrange(2, 60))
    told = Verdict.PASSED if passed else Verdict.FAILED
    return VerdictRecord(grade_id_of(cell), points_of(cell), told, message, 0.2, 0.2)


def write_files(workspace: Workspace, name: str, records: Any, solved: Any, rng: random.Random) -> None:
    """Write a graded notebook of some 400 kB, as drawn pictures make it, and its verdicts."""
    folder = workspace.folder("autograded", name)
    folder.mkdir(parents=True)
    graded = GradedNotebook(tuple(records), (), 60.0, rng.uniform(20, 90))
    (folder / VERDICTS_FILE).write_text(graded.to_json(), encoding="utf-8")
    cells = [dict(cell) for cell in solved.cells]
    for cell in cells:
        if is_solution(cell) and cell["cell_type"] == "code":
            cell["source"] = varied(cell["source"], rng)
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 300_000}}
    cells.append({"cell_type": "code", "metadata": {}, "source": "", "outputs": [picture], "execution_count": 1})
    (folder / f"{ASSIGNMENT}.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")


def varied(text: str, rng: random.Random) -> str:
    """Return an answer with some lines of somebody's own."""
    lines = text.split("\n")
    for _ in range(1 + len(lines) // 6):
        name, call = rng.randrange(9), rng.choice("abcdefgh")
        line = f"    value_{name} = torch.{call}({rng.randrange(50)}, {rng.randrange(50)})"
        lines.insert(rng.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def main() -> None:
    """Make the class and time the report."""
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(scratch) / "course"
        begun = time.monotonic()
        make_class(root, count)
        print(f"a class of {count} made in {time.monotonic() - begun:.0f} s", flush=True)
        subprocess.run([sys.executable, "-c", PEAK, str(root), ASSIGNMENT], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
