"""Grade every worked notebook several times, every picture drawn, and say what each run earned and what was noticed.

    python benchmarks/worked_notebooks.py [--runs 10] [ASSIGNMENT …]

A right notebook must earn all that a machine gives, without a note, however often it is graded: no kernel may end. Exit
code 1 where one run does not.
"""

from __future__ import annotations

import argparse
import sys

from coursepack.course import Course
from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.worker import Worker
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook


def grade_often(course: Course, worker: Worker, assignment: str, runs: int) -> int:
    """Grade a worked notebook `runs` times; return how many runs lost a point or had a note."""
    source = read_notebook(course.notebook("source", assignment))
    submission, bad, seconds = solved_notebook(source), 0, []
    for run in range(1, runs + 1):
        graded = grade_notebook(course, source, submission, worker=worker, redraw=True)
        seconds.append(graded.cpu_seconds)
        if graded.lost or graded.notes:
            bad += 1
            print(f"  {assignment}, run {run}: lost {graded.lost}, noticed {graded.notes}", flush=True)
    span = f"{min(seconds):.1f} to {max(seconds):.1f} CPU s"
    print(f"{assignment}: {runs - bad} of {runs} runs with all points and no note, {span} each", flush=True)
    return bad


def main() -> int:
    """Read the options, grade, return the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("assignments", nargs="*", help="assignments; all by default")
    parser.add_argument("--runs", type=int, default=10, help="how often each is graded")
    options = parser.parse_args()
    course = Course.find()
    with Worker(course) as worker:
        names = course.select(options.assignments)
        return int(sum(grade_often(course, worker, name, options.runs) for name in names) > 0)


if __name__ == "__main__":
    sys.exit(main())
