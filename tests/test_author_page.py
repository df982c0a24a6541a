"""Does docs/author.md take a stranger from nothing to a graded class, by its own commands and in one go?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coursepack.course import Course

# Where a command of the page ends, and the next one begins.
SEPARATOR = "\x1e"


def blocks(page: str) -> list[str]:
    return re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def steps(page: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a page, each with the lines that it says are printed."""
    found: list[tuple[str, list[str]]] = []
    for line in "".join(blocks(page)).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> "):
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
        else:
            found[-1][1].append(line)
    return found


def run(commands: list[str], folder: Path) -> list[str]:
    """Run commands in one shell, and return what each printed."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "HOME") if name in os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
    script = "set -e\n" + f"\nprintf '{SEPARATOR}'\n".join(commands)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**kept, "PATH": path, "OMP_NUM_THREADS": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout.split(SEPARATOR)


def test_are_the_pages_commands_found() -> None:
    page = "```console\n$ cat > x << 'END'\n> a\n>  b\n> END\n$ ls\nx\n```\n```bash\nno\n```\n"
    assert steps(page) == [("cat > x << 'END'\na\n b\nEND", []), ("ls", ["x"])]


@pytest.mark.long
def test_does_the_author_page_lead_from_init_to_feedback(repository: Course, tmp_path: Path) -> None:
    """Does each command succeed, print what the page says, and leave what the page promises?"""
    told = steps((repository.root / "docs" / "author.md").read_text(encoding="utf-8"))
    first = {command.split()[1] for command, _ in told if command.startswith("coursepack ")}
    assert {"init", "new", "lint", "build", "validate", "sample", "grade", "report", "feedback"} <= first
    printed = run([command for command, _ in told], tmp_path)
    for (command, expected), output in zip(told, printed, strict=True):
        assert [line for line in expected if line not in output] == [], f"{command}\n{output}"
    [course] = tmp_path.iterdir()
    for promised in ("release/week2/week2.ipynb", "solutions/week3/week3.ipynb", "reports/week1.html"):
        assert (course / promised).is_file(), promised
    assert len(list(course.glob("feedback/*/week1/week1.html"))) >= 12
    assert "BEGIN HIDDEN" not in (course / "release" / "week3" / "week3.ipynb").read_text(encoding="utf-8")
    assert not list(course.glob("release/**/*.py"))
