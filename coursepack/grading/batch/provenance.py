"""Record what a result was made from. If any of it changes, the result is stale: it is graded again, with a reason."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.course_secret import secret_digest
from coursepack.grading.batch.code_digest import code_digests, digest_of, files_below, text_digest
from coursepack.grading.batch.extra_files import extra_files
from coursepack.grading.submission.file_state import file_state
from coursepack.grading.workspace import Workspace, digest
from coursepack.notebooks.cells import is_graded_code
from coursepack.notebooks.imports import imported_modules
from coursepack.notebooks.reading import read_notebook
from coursepack.sandbox.limits import Limits
from coursepack.settings import grading_data, package_files, read_settings

LIBRARIES = ("coursepack", "nbgrader", "numpy")
# A course keeps its gates in this file of its package.
GATES = "gates.py"
NEVER = "it was never graded"
# The reason for each part, the closest to the student first: of several reasons the first is reported.
REASONS = {
    "submission": "the submission changed",
    "files": "a file beside the notebook changed",
    "source": "the source notebook changed",
    "gates": "a gate changed",
    "checks": "a check changed",
    "secret": "the course's secret changed",
    "limits": "a limit changed",
    "data": "the data changed",
    "coursepack": "coursepack itself changed",
    "libraries": "a library changed",
}
OLDER = "graded by an older version"
OURS = "a grader error prevented grading"
NBGRADER = "changed since nbgrader graded it"


def of_run(workspace: Workspace, limits: Limits) -> dict[str, str]:
    """Return the digests of everything that a run's results have in common."""
    source = read_notebook(workspace.source)
    code = code_digests()
    own = _own_modules(workspace.course, source)
    package = read_settings(workspace.course.root).package
    gates = [path for path in own if package and own[path] == f"{package}.{Path(GATES).stem}"]
    others = [path for path in own if path not in gates]
    data = grading_data(workspace.course)
    return {
        "source": digest(workspace.source),
        "gates": _digest(workspace.course, gates),
        "checks": text_digest(code["checks"] + _digest(workspace.course, others)),
        "limits": text_digest(json.dumps(asdict(limits), sort_keys=True)),
        "data": "" if data is None else digest_of(files_below(data), data),
        "coursepack": code["coursepack"],
        "libraries": ", ".join(library_versions(workspace.course)),
        "secret": secret_digest(workspace.course),
    }


def of_submission(files: Mapping[str, bytes], run: Mapping[str, str]) -> dict[str, str]:
    """Return a run's digests with that of the files beside a student's notebook."""
    parts = (f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(files.items()))
    return {**run, "files": text_digest("\n".join(parts))}


def why_again(
    workspace: Workspace, student: str, run: Mapping[str, str], own: Mapping[str, bytes] | None = None
) -> str:
    """Return why a submission must be graded (again); empty if its result is still valid.

    A notebook's file is read only if its state has changed since it was graded. After a plain `nbgrader autograde` we
    have no note; then the files' modification times decide.

    Args:
        workspace: the assignment's workspace.
        student: whose submission it is.
        run: the current result of `of_run`.
        own: the assignment's own files beside its notebook; they are read if they are not given.
    """
    submitted, graded = workspace.notebook("submitted", student), workspace.notebook("autograded", student)
    record = workspace.record(student)
    if record is None or (record.problem == "") != graded.is_file():
        if record is not None and record.ours:
            return OURS
        if not graded.is_file() or not submitted.is_file():
            return NEVER
        current = graded.stat().st_mtime >= max(submitted.stat().st_mtime, workspace.source.stat().st_mtime)
        return "" if current else NBGRADER
    if record.ours:
        return OURS
    if not record.provenance:
        return OLDER
    before = {**record.provenance, "submission": record.submission, "source": record.source}
    now = of_submission(extra_files(workspace, student, own)[0], run)
    unchanged = record.notebook_state and record.notebook_state == file_state(submitted)
    now["submission"] = workspace.submission_digest(student, record.notebook if unchanged else None)
    return next((REASONS[part] for part in REASONS if before.get(part, "") != now[part]), "")


def is_graded(workspace: Workspace, student: str, limits: Limits | None = None) -> bool:
    """Tell whether a submission has a valid result, under the course's limits unless others are given."""
    return not why_again(workspace, student, of_run(workspace, limits or Limits.of_cells(workspace.timeout)))


def told(reasons: Iterable[str]) -> str:
    """Return why submissions are graded again, the most frequent reason first; empty if none was graded before."""
    counts = Counter(reason for reason in reasons if reason and reason != NEVER)
    found = ", ".join(f"{reason} ({count})" for reason, count in counts.most_common())
    return f"graded again: {found}" if found else ""


def _homes(course: Course) -> list[Path]:
    """Return the folders in which the course's own code lies: the course's, and where its package is installed."""
    return list(dict.fromkeys((course.root, *(path.parent for path in package_files(course)))))


def _digest(course: Course, paths: Iterable[Path]) -> str:
    """Return one digest of files of the course's own code, wherever it lies."""
    homes = _homes(course)
    below = {home: [path for path in paths if path.is_relative_to(home)] for home in homes}
    return text_digest("\n".join(digest_of(found, home) for home, found in below.items() if found))


def _own_modules(course: Course, source: NotebookNode) -> dict[Path, str]:
    """Return the files of the course's own code that its tests import, directly or not, and the modules they belong to.

    The judge runs them.
    """
    waiting = [name for cell in source.cells if is_graded_code(cell) for name in imported_modules(cell.source)]
    seen, files = set[str](), dict[Path, str]()
    package, homes = read_settings(course.root).package, _homes(course)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting += [name.rpartition(".")[0]] if "." in name else []
        own = package and name.split(".")[0] == package
        for path in _files_of(homes if own else [course.root], name):
            files[path] = name
            waiting += imported_modules(path.read_text(encoding="utf-8")) if path.suffix == ".py" else []
    return dict(sorted(files.items()))


def _files_of(homes: Iterable[Path], name: str) -> list[Path]:
    """Return the file of a module; for a package, its `__init__.py` and the non-Python files beside it."""
    for module in (home / name.replace(".", "/") for home in homes):
        file = module.with_name(f"{module.name}.py")
        if file.is_file():
            return [file]
        if (module / "__init__.py").is_file():
            files = (path for path in module.iterdir() if path.is_file())
            return [path for path in files if path.suffix != ".py" or path.stem == "__init__"]
    return []


def library_versions(course: Course) -> list[str]:
    """Return the versions of Python and of the libraries that may decide a verdict."""
    return [*_versions(course), _python()]


def _versions(course: Course) -> Iterator[str]:
    """Yield the versions of the libraries that may decide a verdict: those we need, and those the course preloads."""
    preloaded = (name.split(".")[0] for name in read_settings(course.root).preload)
    for name in dict.fromkeys((*LIBRARIES, *preloaded)):
        with contextlib.suppress(metadata.PackageNotFoundError):
            yield f"{name} {metadata.version(name)}"


def _python() -> str:
    return "Python " + ".".join(platform.python_version_tuple()[:2])
