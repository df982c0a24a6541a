"""What all tests share: the repository, and no network."""

from __future__ import annotations

import functools
import logging
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbgrader.api
import pytest
from distributed import LocalCluster
from hypothesis import settings
from lab import Lab
from tiny_course import tiny_course
from xdist.scheduler import LoadScopeScheduling

from coursepack.course import Course
from coursepack.grading.notebook.worker import Worker

__all__ = ["tiny_course"]

REPOSITORY = Path(__file__).resolve().parents[1]
LOOPBACK = ("127.", "::1", "localhost")
COURSE_PARTS = ("nbgrader_config.py", "pyproject.toml", "convnet_course", "source", "data/mnist_mini")
# Modules that share a graded class or a build, which is costly to make: each goes to one process as a whole.
TOGETHER = (
    *("test_build.py", "test_class_run.py", "test_gradebook_writer.py", "test_habits.py", "test_handed_in.py"),
    *("test_feedback_in_browser.py", "test_hide_tests.py", "test_kernel_setup.py", "test_plain_nbgrader.py"),
    *("test_term.py", "test_worked_on.py"),
)
# Some of them grade their class in both ways; each way is handed out by itself.
WAYS = ("coursepack", "nbgrader")

# What starts kernels, workers, clusters, browsers or commands, or trains; the modules of TOGETHER do, too.
COSTLY_FOLDERS = ("attacks", "browser", "cases", "convnet_course/reproduction")
COSTLY_MODULES = (
    *("test_author_page.py", "test_bundle_runs.py", "test_course_secret.py", "test_grade_one_runs.py"),
    *("test_determinism.py", "test_machine.py", "test_neighbours.py"),
    *("test_cluster.py", "test_each_by_itself.py", "test_judged_answers.py", "test_lab_roles.py", "test_page.py"),
    *("test_nbgrader_config.py", "test_preload.py", "test_publish.py", "test_repository_drift.py", "test_run_lock.py"),
    *("test_sample_class.py", "test_secrets_in_pages.py", "test_submissions.py"),
)
COSTLY_FIXTURES = {"lab", "scheduler", "worker"}

# The same examples on every machine and in every run, none written down, however slow the machine is.
settings.register_profile("gate", derandomize=True, deadline=None, max_examples=100, database=None)
settings.load_profile("gate")


class OneAtATime(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out tests one at a time, so that the long ones go to all processes, and the modules of TOGETHER whole."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of what is handed out together."""
        module = nodeid.partition("::")[0]
        if not module.endswith(TOGETHER):
            return nodeid
        return module + next((way for way in WAYS if f"[{way}" in nodeid), "")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Distribute tests our way where several processes run them.

    pytest-xdist 3.8's own groups (`--dist loadgroup`) do not reach its scheduler with pytest 9.2.
    """
    return OneAtATime(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark costly tests, and let long ones begin first: at the end, no process waits for the longest."""
    for item in items:
        place = item.path.relative_to(REPOSITORY / "tests").as_posix()
        costly = place.startswith(COSTLY_FOLDERS) or item.path.name in (*TOGETHER, *COSTLY_MODULES)
        if costly or COSTLY_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("costly")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def alembic_asked_once() -> Iterator[None]:
    """Ask Alembic once for the version of nbgrader's tables: it takes seconds, for every new gradebook, to say it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbgrader.api, "get_alembic_version", functools.cache(nbgrader.api.get_alembic_version))
        yield


@pytest.fixture(scope="session")
def repository() -> Course:
    """Return the real course: this repository."""
    return Course(REPOSITORY)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return a copy of the real course in a folder with an awkward name: settings, source notebooks, mini MNIST."""
    root = tmp_path / "a teacher's course"
    for part in COURSE_PARTS:
        original, copy = REPOSITORY / part, root / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if original.is_dir() else shutil.copy)(original, copy)
    return Course(root)


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """A running worker in its jail, on the real course: starting one costs seconds, a notebook in it a fraction."""
    with Worker(Course(REPOSITORY)) as running:
        yield running


@pytest.fixture(scope="session")
def lab(worker: Worker) -> Lab:
    """Grades made-up notebooks."""
    return Lab(worker)


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler with one worker, as an instructor would start them by hand."""
    options = {"dashboard_address": "localhost:0", "memory_limit": 0, "silence_logs": logging.CRITICAL}
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, **options) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(autouse=True)
def network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let connections reach this machine only (kernels speak over loopback)."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


def guarded(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    """Return the method without its way out of this machine."""

    def guard(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
            raise OSError(f"the network is off in tests: {address}")
        return connect(self, address)

    return guard
