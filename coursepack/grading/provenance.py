"""What a result was made from. When any of it changes, the result is stale: it is graded again, and told why."""

from __future__ import annotations

import ast
import hashlib
import json
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from nbformat import NotebookNode

from coursepack.build.notebooks import read_notebook
from coursepack.course import Course
from coursepack.grading.code_digest import code_digests, digest_of, files_below, text_digest
from coursepack.grading.companions import companions
from coursepack.grading.desk import Desk, digest
from coursepack.grading.engine.limits import Limits
from coursepack.grading_data import grading_data

LIBRARIES = ("coursepack", "nbgrader", "numpy", "torch", "torchvision")
NEVER = "it was never graded"
# By part, the nearest first: of several reasons the first is told.
REASONS = {
    "submission": "the submission changed",
    "files": "a file beside the notebook changed",
    "source": "the source notebook changed",
    "gates": "a gate changed",
    "checks": "a check changed",
    "limits": "a limit changed",
    "data": "the data changed",
    "coursepack": "coursepack itself changed",
    "libraries": "a library changed",
}
OLDER = "graded by an older version"
OURS = "a grader error came between"
NBGRADER = "changed since nbgrader graded it"


def of_run(desk: Desk, limits: Limits) -> dict[str, str]:
    """Return the digests of everything that all results of a run have in common."""
    source = read_notebook(desk.source)
    code = code_digests()
    own = digest_of(_own_modules(desk.course, source), desk.course.root)
    data = grading_data(desk.course)
    return {
        "gates": code["gates"],
        "checks": text_digest(code["checks"] + own),
        "limits": text_digest(json.dumps(asdict(limits), sort_keys=True)),
        "data": digest_of(files_below(data), data),
        "coursepack": code["coursepack"],
        "libraries": ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES) + f", {_python()}",
    }


def of_submission(files: Mapping[str, bytes], run: Mapping[str, str]) -> dict[str, str]:
    """Return a run's digests with that of the files beside a student's notebook."""
    parts = (f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(files.items()))
    return {**run, "files": text_digest("\n".join(parts))}


def why_again(desk: Desk, student: str, run: Mapping[str, str]) -> str:
    """Return why a submission must be graded (again); empty if its result stands.

    After a plain `nbgrader autograde` there is no note of ours; then the files' times decide.

    Args:
        desk: the assignment's desk.
        student: whose submission it is.
        run: what `of_run` says now.
    """
    submitted, graded = desk.notebook("submitted", student), desk.notebook("autograded", student)
    record = desk.record(student)
    if record is None or (record.problem == "") != graded.is_file():
        if record is not None and record.ours:
            return OURS
        if not graded.is_file() or not submitted.is_file():
            return NEVER
        current = graded.stat().st_mtime >= max(submitted.stat().st_mtime, desk.source.stat().st_mtime)
        return "" if current else NBGRADER
    if record.ours:
        return OURS
    if not record.provenance:
        return OLDER
    before = {**record.provenance, "submission": record.submission, "source": record.source}
    now = {"submission": desk.submission_digest(student), "source": digest(desk.source)}
    now |= of_submission(companions(desk, student)[0], run)
    return next((REASONS[part] for part in REASONS if before.get(part) != now[part]), "")


def is_graded(desk: Desk, student: str, limits: Limits | None = None) -> bool:
    """Tell whether a submission has a result that stands, under the course's limits unless others are given."""
    return not why_again(desk, student, of_run(desk, limits or Limits.of_cells(desk.timeout)))


def told(reasons: Iterable[str]) -> str:
    """Return why submissions are graded again, the most frequent reason first; empty if none was graded before."""
    counts = Counter(reason for reason in reasons if reason and reason != NEVER)
    found = ", ".join(f"{reason} ({count})" for reason, count in counts.most_common())
    return f"graded again: {found}" if found else ""


def _own_modules(course: Course, source: NotebookNode) -> Iterator[Path]:
    """Yield the files of the course's own modules that its tests import: the judge looks in the course's folder."""
    names = set[str]()
    for cell in source.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            names |= _imported(cell.source)
    for name in sorted(names):
        module = course.root / f"{name}.py"
        yield from [module] if module.is_file() else []
        yield from (path for path in files_below(course.root / name) if path.suffix == ".py")


def _imported(text: str) -> set[str]:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return set()
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.split(".")[0] for name in plain | froms}


def _python() -> str:
    return "Python " + ".".join(platform.python_version_tuple()[:2])
