"""The ground attacks are made on: a course with things worth stealing, and what shows that an attack reached one.

An attack is one file, `<class>/<name>.py`, in the form of `answers/<assignment>/wrong` (cells of a tiny assignment,
otherwise answered rightly, or of one network), or with a function `damage(notebook)` that returns a damaged notebook,
as a dictionary or as a file's bytes. Its docstring says what it would gain. Its head may say

    # loses: double-hidden             the cells it must lose; all others keep their points
    # says: the kernel ended|it died   what a record, note or output must say; `|` parts alternatives
    # limits: cell_wall_seconds=2      limits other than `lab.LIMITS`
    # costs: 5                         CPU seconds that worker and judge may take for it; the kernel's are its limits'
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import resource
import secrets
import select
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
import psutil
from lab import LIMITS, as_notebook
from tiny_course import answered, code, make_tiny_course, source_notebook

from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.notebook.worker import Worker
from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import sanitize_submission
from coursepack.notebooks.versions import released_notebook

FOLDER = Path(__file__).parent
CLASSES = ("patching", "reading", "writing", "escaping", "exhausting", "forging", "faults")
KINDS_OF_SECRETS = ("SOURCE", "SOLUTION", "LABELS", "GRADEBOOK", "SUBMISSION", "FEEDBACK", "ENVIRONMENT", "SHARED")
SHARED_MEMORY = Path("/dev/shm")
WRONG = {"double": "return 0", "treble": "return 0"}
# Less short than there: a busy machine is not the attack.
SHORT = replace(LIMITS, cell_cpu_seconds=4.0, cell_wall_seconds=20.0)
NETWORK = "class Net(nn.Module):\n    pass"
SETTINGS = """[tool.coursepack]
preload = ["torch", "matplotlib.pyplot"]
grading_data = "convnet_course.datasets.grading_data:grading_data"
"""
NETWORK_TEST = """# Check that Net computes what it should
### BEGIN HIDDEN TESTS
from torch import nn
from coursepack.checks import networks, student
from coursepack.checks.reference import Reference
networks.assert_equivalent(student.module("Net"), Reference(nn.Flatten(), nn.Linear(784, 10), input_shape=(1, 28, 28)))
### END HIDDEN TESTS"""


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        path: its file.
        kind: the class it belongs to.
        gain: what it would gain.
        loses: the cells that it must lose.
        says: what a record, note or output must say, one of these.
        limits: limits of its own.
        cells: the cells it replaces; empty for an attack on the notebook itself.
        costs: CPU seconds that it may take outside of the jail.
    """

    path: Path
    kind: str
    gain: str
    loses: frozenset[str]
    says: tuple[str, ...]
    limits: Mapping[str, Any]
    cells: Mapping[str, str]
    costs: float

    def damage(self, notebook: dict[str, Any]) -> Any:
        """Return the notebook as this attack hands it in."""
        names: dict[str, Any] = {}
        exec(compile(self.path.read_text(encoding="utf-8"), str(self.path), "exec"), names)
        return names["damage"](notebook)


def load_attacks() -> list[Attack]:
    """Return all attacks, by class and name."""
    return [_load(path) for kind in CLASSES for path in sorted((FOLDER / kind).glob("*.py"))]


def _load(path: Path) -> Attack:
    text = path.read_text(encoding="utf-8")
    head = {
        name: found.strip() for name, found in re.findall(r"^# (loses|says|limits|costs):(.*)$", text, re.MULTILINE)
    }
    loses = frozenset(name.strip() for name in head.get("loses", "").split(",") if name.strip())
    settings = ast.parse(f"f({head.get('limits', '')})", mode="eval").body
    assert isinstance(settings, ast.Call)
    limits = {str(option.arg): ast.literal_eval(option.value) for option in settings.keywords}
    parts = re.split(r"^# %% (.*)\n", text, flags=re.MULTILINE)[1:]
    cells = dict(zip(parts[::2], map(str.rstrip, parts[1::2]), strict=True))
    gain = ast.get_docstring(ast.parse(text)) or ""
    costs = float(head.get("costs", "inf"))
    return Attack(path, path.parent.name, gain, loses, tuple(head["says"].split("|")), limits, cells, costs)


class Ground:
    """A worker on a course full of secrets.

    Args:
        root: an empty folder.
    """

    def __init__(self, root: Path) -> None:
        mark = secrets.token_hex(8)
        self.secrets = {kind: f"CANARY_{kind}_{secrets.token_hex(8)}" for kind in KINDS_OF_SECRETS}
        self.course = make_tiny_course(root / "course")
        (self.course.root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
        self.shared, self.process_name = SHARED_MEMORY / f"ground-{os.getpid()}-{mark}", f"stray-{mark}"
        self.sources = {kind: self._source(kind) for kind in ("numbers", "network")}
        self._root, self._abstract = root, f"ground-{mark}"
        self._lay_out()

    def _source(self, kind: str) -> dict[str, Any]:
        """Return a source notebook whose solutions and hidden tests hold a secret."""
        source = source_notebook()
        if kind == "network":
            source["cells"] = [
                code("net", f"### BEGIN SOLUTION\n{NETWORK}\n### END SOLUTION", "solution"),
                code("net-hidden", NETWORK_TEST, "test", 4),
            ]
        for cell in source["cells"]:
            for place in ("### BEGIN HIDDEN TESTS\n", "### BEGIN SOLUTION\n"):
                cell["source"] = cell["source"].replace(place, f"{place}# {self.secrets['SOURCE']}\n")
        return source

    def _lay_out(self) -> None:
        root, text = self.course.root, json.dumps(self.sources["numbers"])
        contents = {
            "source/tiny/tiny.ipynb": text,
            "solutions/tiny/tiny.ipynb": self.secrets["SOLUTION"],
            "data/final_exam/labels.npy": self.secrets["LABELS"],
            "gradebook.db": self.secrets["GRADEBOOK"],
            "submitted/alice/tiny/tiny.ipynb": self.secrets["SUBMISSION"],
            "autograded/bob/tiny/tiny.ipynb": self.secrets["SUBMISSION"],
            "feedback/bob/tiny.html": self.secrets["FEEDBACK"],
        }
        for name, content in contents.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")

    @contextlib.contextmanager
    def open(self) -> Iterator[Ground]:
        """Start the worker, the services that nobody may reach, and the process that nobody may end."""
        _remove_leftovers()
        self.shared.write_text(self.secrets["SHARED"], encoding="utf-8")
        with contextlib.ExitStack() as stack:
            stack.callback(self.shared.unlink, missing_ok=True)
            self.services = [stack.enter_context(service) for service in self._services()]
            # Ends with this process, however that ends: then nobody holds its input open.
            self.witness = stack.enter_context(subprocess.Popen(["cat"], stdin=subprocess.PIPE))
            stack.callback(self.witness.kill)
            os.environ["SECRET_OF_THE_INSTRUCTOR"] = self.secrets["ENVIRONMENT"]
            stack.callback(os.environ.pop, "SECRET_OF_THE_INSTRUCTOR")
            self.worker = stack.enter_context(Worker(self.course))
            yield self

    def _services(self) -> Iterator[socket.socket]:
        with contextlib.chdir(self.course.root):  # a Unix socket's path must be short
            for family, kind, address in (
                (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
                (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
                (socket.AF_UNIX, socket.SOCK_STREAM, "socket"),
                (socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self._abstract),
            ):
                service = socket.socket(family, kind)
                service.bind(address)
                if kind == socket.SOCK_STREAM:
                    service.listen(4)
                yield service

    def filled(self, text: str) -> str:
        """Return an attack's text with what an attacker could know or guess about this machine."""
        names = {
            "COURSE_FOLDER": str(self.course.root),
            "REPOSITORY_FOLDER": str(FOLDER.parents[1]),
            "TCP_PORT": str(self.services[0].getsockname()[1]),
            "UDP_PORT": str(self.services[1].getsockname()[1]),
            "ABSTRACT_NAME": self._abstract,
            "WITNESS_PID": str(self.witness.pid),
            "SHARED_NAME": self.shared.name,
            "PROCESS_NAME": self.process_name,
        }
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    def grade(self, attack: Attack) -> GradedNotebook | UnreadableError:
        """Grade what an attack hands in, as the class is graded; why not, if it cannot be."""
        source = self.sources["network" if "net" in attack.cells else "numbers"]
        submission: Any = answered(**(WRONG if attack.kind == "forging" else {}))
        if attack.cells:
            submission["cells"] = source["cells"] if "net" in attack.cells else submission["cells"]
            submission = json.loads(json.dumps(submission))
            for cell in submission["cells"]:
                cell["source"] = self.filled(attack.cells.get(cell["id"], cell["source"]))
        else:
            submission = attack.damage(submission)
        try:
            return self.grade_submission(submission, source, **attack.limits)
        except UnreadableError as error:
            return error

    def grade_submission(self, submission: Any, source: Any, **limits: Any) -> GradedNotebook:
        """Grade a submission: a dictionary, or a file's bytes.

        Raises:
            UnreadableError: the file is no notebook that could be graded.
        """
        first = as_notebook(source)
        if isinstance(submission, bytes):
            path = self._root / "inbox" / "tiny.ipynb"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(submission)
            try:
                intake = sanitize_submission(path, released_notebook(first))
            finally:
                path.unlink()
            second, notes = intake.notebook, intake.notes
        else:
            second, notes = nbformat.from_dict(submission), ()
        limited = replace(SHORT, **limits)
        graded = grade_notebook(self.worker.course, first, second, limits=limited, worker=self.worker)
        return replace(graded, notes=(*notes, *graded.notes))

    def grade_honest(self) -> GradedNotebook:
        """Grade a right submission."""
        return self.grade_submission(answered(), self.sources["numbers"])

    def state(self) -> dict[str, tuple[int, bytes]]:
        """Return all that must not change: every file of the course, shared memory, what runs in the jail."""
        files = [path for path in sorted(self.course.root.rglob("*")) if path.is_file()] + [self.shared]
        found = {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}
        server = psutil.Process(self.worker.server.pid)
        left = [str(path) for path in self.worker.server.folder.iterdir()]
        left += [str(child) for child in server.children(recursive=True)] + self._strays()
        return found | {"left behind": (0, repr(left).encode()), "folders": (0, repr(self._folders()).encode())}

    def _folders(self) -> list[str]:
        return sorted(str(path) for path in self.course.root.rglob("*") if not path.is_file())

    def _strays(self) -> list[str]:
        words = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
        return [" ".join(words_of) for words_of in words if any(self.process_name in word for word in words_of)]

    def cpu_seconds(self) -> float:
        """Return the CPU time that worker, judge and cleaners have taken so far, all of them outside of the jail."""
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        judge = psutil.Process(self.worker.judge.pid).cpu_times()
        return time.process_time() + children.ru_utime + children.ru_stime + sum(judge[:4])

    def visitors(self) -> list[Any]:
        """Return the addresses of the services that somebody reached."""
        ready, _, _ = select.select(self.services, [], [], 0)
        return [service.getsockname() for service in ready]

    def leaked(self, text: str) -> list[str]:
        """Return the kinds of secrets that stand in a text."""
        return [kind for kind, secret in self.secrets.items() if secret in text]


def _remove_leftovers() -> None:
    """Remove what killed test runs left in shared memory."""
    for path in SHARED_MEMORY.glob("ground-*-*"):
        if not psutil.pid_exists(int(path.name.split("-")[1])):
            path.unlink(missing_ok=True)


def told(graded: GradedNotebook | UnreadableError) -> str:
    """Return everything a grading run says: its notes, its records' messages, the outputs it shows."""
    if isinstance(graded, UnreadableError):
        return str(graded)
    outputs = [out for cell in graded.notebook.cells for out in cell.get("outputs", [])]
    texts = [str(out.get("text") or out.get("evalue") or out.get("data")) for out in outputs]
    records = [record.message for record in graded.records]
    return "\n".join([f"{graded.points:g} of {graded.max_points:g} points", *graded.notes, *records, *texts])
