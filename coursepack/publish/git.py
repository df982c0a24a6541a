"""The user's own git, as a command: our wish, its words."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from coursepack.errors import CoursepackError

# "https://…", "git@github.com:owner/name.git", "host:path".
_REMOTE = re.compile(r"[A-Za-z][\w+.-]*://.+|[\w.-]+@[\w.-]+:.+|[\w.-]{2,}:.+")
# What only a teacher's repository holds. git's `*` matches slashes, too.
TEACHERS = ("source/*.ipynb", "solutions/*.ipynb", "answers/*/wrong/*.py", "nbgrader_config.py")


def is_remote(destination: str) -> bool:
    """Tell whether a destination is a git remote: an address, or a bare repository on this machine."""
    place = Path(destination)
    bare = (place / "HEAD").is_file() and (place / "objects").is_dir()
    return bare or (not place.exists() and _REMOTE.fullmatch(destination) is not None)


def git(folder: Path, *arguments: str, remedy: str = "") -> str:
    """Run git in a folder and return what it prints.

    Raises:
        CoursepackError: there is no git, or it refuses; with its own reason.
    """
    program = shutil.which("git")
    if program is None:
        raise CoursepackError("git is not installed", remedy="install git, or publish into a folder")
    run = subprocess.run(  # noqa: S603 (the user's git, arguments as a list)
        [program, *arguments], cwd=folder, capture_output=True, text=True, errors="replace", check=False
    )
    if run.returncode != 0:
        name = next(word for word in arguments if not word.startswith("-") and "=" not in word)
        lines = [line for line in run.stderr.strip().split("\n") if line and not line.startswith("hint:")]
        said = "; ".join(lines[-3:]) or f"exit code {run.returncode}"
        raise CoursepackError(f"git {name} failed: {said}", remedy=remedy)
    return run.stdout


def clone(remote: str, branch: str, folder: Path) -> None:
    """Clone a student repository with all its history, and switch to the branch.

    Raises:
        CoursepackError: it cannot be cloned, lacks the branch, or shows what is not for students, perhaps in its past.
    """
    remedy = "check the address and your rights; a new repository must exist already, and may be empty"
    git(folder.parent, "clone", "--quiet", "--", remote, str(folder), remedy=remedy)
    heads = git(folder, "for-each-ref", "--format=%(refname)", "refs/remotes/origin").split()
    if not heads:
        git(folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
        return
    if f"refs/remotes/origin/{branch}" not in heads:
        told = ", ".join(name.removeprefix("refs/remotes/origin/") for name in heads)
        advice = "make the branch, or set `branch` in [tool.coursepack]"
        raise CoursepackError(f"the repository has no branch {branch}, but {told}", where=remote, remedy=advice)
    git(folder, "checkout", "--quiet", "-B", branch, f"refs/remotes/origin/{branch}")
    shown = git(folder, "log", "--all", "--format=", "--name-only", "--", *TEACHERS).split("\n")
    secret = sorted({name for name in shown if name})
    if secret:
        what = f"this repository holds or held {secret[0]}, which students could read, also in its history"
        raise CoursepackError(what, where=remote, remedy="publish into a new, empty repository")


def commit_and_push(course: Path, folder: Path, names: list[str], branch: str, message: str) -> None:
    """Commit files of a clone and push them, as the user whom git knows in the course folder.

    Raises:
        CoursepackError: git refuses; the remote is as it was.
    """
    git(folder, "add", "--all", "--force", "--", *names)
    who = 'git config --global user.name "Your Name" and git config --global user.email you@example.org'
    git(folder, *_identity(course), "commit", "--quiet", "-m", message, remedy=f"if git does not know you: {who}")
    again = "check your rights; if somebody pushed meanwhile, publish again"
    git(folder, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}", remedy=again)


def _identity(course: Path) -> list[str]:
    """Return options with the name and address that the course's repository sets for its own commits."""
    options = []
    for name in ("user.name", "user.email"):
        try:
            value = git(course, "config", "--get", name).strip()
        except CoursepackError:
            continue
        options += ["-c", f"{name}={value}"]
    return options
