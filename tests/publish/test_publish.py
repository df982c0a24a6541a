"""Does `coursepack publish` write what students need, again and again, and lose nothing of anybody's?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import nbformat
import notebook_parts as parts
import pytest
import yaml
from one_notebook import with_written
from tiny_course import source_notebook

from coursepack.authoring.nbgrader_converters import make_release
from coursepack.authoring.own_repository import own_repository_warning, tracked_secret_warning
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.publish.command import publish
from coursepack.publish.folder import MANIFEST
from coursepack.publish.student_page import Shown, student_page

SETTINGS = """[tool.coursepack]
grading_data = "doubling_data:lay_out"
repository = "ann/students"
student_page = "docs/welcome.md"
student_files = ["LICENSE", "data/small"]
"""
PUBLISHED = {
    *("README.md", "requirements.txt", "environment.yml", ".devcontainer/devcontainer.json", ".gitignore", MANIFEST),
    *("LICENSE", "data/small/table.csv", "doubling/doubling.ipynb", "doubling/photo.txt"),
}


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(autouse=True)
def own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of git who is nobody on this machine."""
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\nname = Ann Teacher\nemail = ann@example.org\n[init]\ndefaultBranch = trunk\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER", "GIT_DIR"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with everything that students may not see, its student version made."""
    root = tmp_path_factory.mktemp("publish") / "course"
    parts.write_course(root, parts.notebook({"setup": "import math\nimport numpy as np\n%pip list"}))
    texts = {
        "pyproject.toml": SETTINGS,
        "docs/welcome.md": "# Doubling for beginners\n",
        "LICENSE": "Free.\n",
        "data/small/table.csv": "1,2\n",
        "source/doubling/photo.txt": "a photograph",
        "solutions/doubling/doubling.ipynb": "{}",
        "answers/doubling/wrong/squares.py": "squares",
        "submitted/ann/doubling/doubling.ipynb": "{}",
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    make_release(Course(root), "doubling")
    return Course(root)


@pytest.fixture
def course(built: Course, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(built.root, tmp_path / "course")))


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """An empty repository to push to."""
    git(tmp_path, "init", "--quiet", "--bare", "students.git")
    return tmp_path / "students.git"


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def cloned(remote: Path, folder: Path) -> Path:
    git(remote.parent, "clone", "--quiet", "--branch", "main", str(remote), str(folder))
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def change_and_release(course: Course) -> None:
    rewrite(course.notebook("source", "doubling"), "Return twice", "Return exactly twice")
    make_release(course, "doubling")


def test_is_all_there_that_a_student_needs(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "students"
    publish(course, str(folder), [])
    found = files(folder)
    assert set(found) == PUBLISHED
    assert found["doubling/doubling.ipynb"] == course.notebook("release", "doubling").read_bytes()
    page = found["README.md"].decode()
    assert page.startswith("# Doubling for beginners\n\n## Notebooks\n")
    assert "| [Doubling](doubling/doubling.ipynb) | 5 | [![Open in Colab]" in page
    assert "/github/ann/students/blob/main/doubling/doubling.ipynb)" in page
    assert "mybinder.org/v2/gh/ann/students/main?labpath=doubling%2Fdoubling.ipynb" in page
    lines = [line for line in found["requirements.txt"].decode().splitlines() if not line.startswith("#")]
    assert [line.partition(">")[0] for line in lines] == ["jupyterlab", "numpy"]
    assert yaml.safe_load(found["environment.yml"])["dependencies"][-1]["pip"] == lines
    assert "requirements.txt" in json.loads(found[".devcontainer/devcontainer.json"])["postCreateCommand"]


def test_does_a_course_without_settings_get_a_page_without_badges(course: Course, tmp_path: Path) -> None:
    (course.root / "pyproject.toml").write_text("", encoding="utf-8")
    publish(course, str(tmp_path / "students"), [])
    page = (tmp_path / "students" / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# Course notebooks\n")
    assert "badge" not in page
    assert "upload it at <https://colab.research.google.com>" in page


def test_do_students_read_what_a_written_answer_is(course: Course) -> None:
    """Is it explained where a notebook asks for one, and only there?"""
    with_words = nbformat.from_dict(with_written(source_notebook()))
    for notebook, expected in ((with_words, True), (nbformat.from_dict(source_notebook()), False)):
        page = student_page(course, [Shown("tiny", notebook)], "")
        assert ("A text cell that says `YOUR ANSWER HERE`" in page) == expected
        work = page.partition("## Work through")[2].partition("## Hand in")[0]
        assert "own tests.\n\n" in work and "\n\n\n" not in work and "{" not in work


@pytest.mark.parametrize("zone", ["", "Europe/Berlin"])
def test_do_students_read_how_to_hand_in(course: Course, tmp_path: Path, zone: str) -> None:
    """Does the page name the file to hand in, and the zone of the times on feedback if the course has set it?"""
    (course.root / "pyproject.toml").write_text(f'[tool.coursepack]\ntime_zone = "{zone}"\n', encoding="utf-8")
    publish(course, str(tmp_path / "students"), [])
    page = (tmp_path / "students" / "README.md").read_text(encoding="utf-8")
    told = " ".join(page.partition("## Hand in")[2].partition("##")[0].split())
    assert "save it. Then hand in the notebook itself" in told
    assert "under its name (`doubling.ipynb`)" in told
    assert ("Times on your feedback are those of Europe/Berlin." in told) == bool(zone)


def test_is_publishing_twice_unchanged(course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "students"
    publish(course, str(folder), [])
    before = {name: (folder / name).stat().st_mtime_ns for name in files(folder)}
    capsys.readouterr()
    publish(course, str(folder), [])
    assert "unchanged, 9 files are as they should be" in capsys.readouterr().out
    assert {name: (folder / name).stat().st_mtime_ns for name in files(folder)} == before


def test_does_a_dry_run_list_and_write_nothing(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(course, str(tmp_path / "students"), [], dry_run=True)
    said = capsys.readouterr().out
    assert "+ doubling/doubling.ipynb\n" in said
    assert "would publish 9 new" in said
    assert not (tmp_path / "students").exists()


def test_does_a_new_release_replace_ours_and_keep_what_is_not(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "students"
    publish(course, str(folder), [])
    (folder / "doubling" / "hints.md").write_text("mine")
    (course.root / "source" / "doubling" / "photo.txt").unlink()
    change_and_release(course)
    capsys.readouterr()
    publish(course, str(folder), [])
    assert "1 changed, 1 removed" in capsys.readouterr().out
    assert "exactly twice" in (folder / "doubling" / "doubling.ipynb").read_text()
    assert set(files(folder)) == PUBLISHED - {"doubling/photo.txt"} | {"doubling/hints.md"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [("notes.txt", "did not publish: notes.txt"), ("README.md", "did not publish: README.md")],
)
def test_is_a_folder_with_foreign_files_refused(course: Course, tmp_path: Path, name: str, reason: str) -> None:
    folder = tmp_path / "students"
    folder.mkdir()
    (folder / name).write_text("mine")
    with pytest.raises(CoursepackError, match=reason):
        publish(course, str(folder), [])
    assert files(folder) == {name: b"mine"}


def spoil_by_an_edit(folder: Path) -> None:
    (folder / "README.md").write_text("edited there")


def spoil_by_a_new_file(folder: Path) -> None:
    (folder / "data" / "small" / "more.csv").write_text("mine")


def spoil_by_a_link(folder: Path) -> None:
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to(folder.parent / "elsewhere.md")


def spoil_by_a_folder(folder: Path) -> None:
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()


def spoil_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text('{"files": {"../precious.txt": "0"}}')


SPOILT = {
    "an edit": (spoil_by_an_edit, r"README.md \(changed since it was published\)"),
    "a new file": (spoil_by_a_new_file, r"more.csv \(not published by coursepack\)"),
    "a link": (spoil_by_a_link, r"README.md \(a link\)"),
    "a folder": (spoil_by_a_folder, r"README.md \(a folder and a file of one name\)"),
    "the manifest": (spoil_the_manifest, "the list of published files is damaged"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_is_nothing_lost_where_something_is_in_the_way(course: Course, tmp_path: Path, how: str) -> None:
    folder = tmp_path / "students"
    publish(course, str(folder), [])
    (tmp_path / "precious.txt").write_text("mine")
    spoil, reason = SPOILT[how]
    spoil(folder)
    (course.root / "data" / "small" / "more.csv").write_text("the course's")
    before = files(folder)
    with pytest.raises(CoursepackError, match=reason):
        publish(course, str(folder), [])
    assert files(folder) == before
    assert (tmp_path / "precious.txt").read_text() == "mine"


@pytest.mark.parametrize("folder", [".", "..", "release", "new"])
def test_is_the_course_itself_never_written_into(course: Course, folder: str) -> None:
    before = files(course.root)
    with pytest.raises(CoursepackError, match="lies in the course, or around it"):
        publish(course, str(course.root / folder), [])
    assert files(course.root) == before


def test_is_a_stale_release_refused(course: Course, tmp_path: Path) -> None:
    rewrite(course.notebook("source", "doubling"), "Return twice", "Return exactly twice")
    with pytest.raises(CoursepackError, match="out of step with its source"):
        publish(course, str(tmp_path / "students"), [])
    assert not (tmp_path / "students").exists()


@pytest.mark.parametrize(
    "name", ["source", "answers/doubling", "solutions", ".", "../course/submitted", "nbgrader_config.py", "seen"]
)
def test_is_a_setting_that_names_a_secret_refused(course: Course, tmp_path: Path, name: str) -> None:
    (course.root / "seen").symlink_to(course.root / "source")
    rewrite(course.root / "pyproject.toml", '"data/small"', json.dumps(name))
    with pytest.raises(CoursepackError, match=r"not for students|outside the course folder"):
        publish(course, str(tmp_path / "students"), [])
    assert not (tmp_path / "students").exists()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("secret_number = 73219\n", "hidden test of cell “double-hidden”"),
        ("the answer is 146,438\n", "hidden test of cell “double-hidden”"),
        ("    twice_as_much = number + number\n", "solution of cell “double”"),
    ],
)
def test_is_a_secret_on_the_student_page_refused(course: Course, tmp_path: Path, text: str, what: str) -> None:
    (course.root / "docs" / "welcome.md").write_text(f"# Hello\n{text}", encoding="utf-8")
    with pytest.raises(CoursepackError, match=what):
        publish(course, str(tmp_path / "students"), [])
    assert not (tmp_path / "students").exists()


def test_is_a_remote_cloned_committed_and_pushed_as_the_user(
    course: Course, remote: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(course, str(remote), [])
    assert set(files(cloned(remote, tmp_path / "first"))) == PUBLISHED
    assert git(remote, "log", "main", "--format=%an <%ae> %s") == "Ann Teacher <ann@example.org> Publish doubling\n"
    publish(course, str(remote), [])
    assert "unchanged" in capsys.readouterr().out
    change_and_release(course)
    publish(course, str(remote), [])
    assert git(remote, "rev-list", "--count", "main").strip() == "2"
    assert "exactly twice" in (cloned(remote, tmp_path / "second") / "doubling" / "doubling.ipynb").read_text()


def test_does_a_dry_run_push_nothing(course: Course, remote: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(course, str(remote), [], dry_run=True)
    assert "+ README.md" in capsys.readouterr().out
    assert git(remote, "for-each-ref") == ""


def test_are_others_commits_kept(course: Course, remote: Path, tmp_path: Path) -> None:
    publish(course, str(remote), [])
    copy = cloned(remote, tmp_path / "copy")
    (copy / "hints.md").write_text("a tutor's hints")
    git(copy, "add", ".")
    git(copy, "commit", "--quiet", "-m", "Hints")
    git(copy, "push", "--quiet", "origin", "main")
    change_and_release(course)
    publish(course, str(remote), [])
    assert (cloned(remote, tmp_path / "after") / "hints.md").read_text() == "a tutor's hints"
    assert git(remote, "rev-list", "--count", "main").strip() == "3"


def teachers_repository(course: Course, remote: Path, *, removed: bool) -> None:
    """Push the course itself, and take its sources away again in a second commit."""
    git(course.root, "init", "--quiet", "--initial-branch=main")
    git(course.root, "add", "--force", "source", "nbgrader_config.py")
    git(course.root, "commit", "--quiet", "-m", "The course")
    if removed:
        git(course.root, "rm", "--quiet", "-r", "--cached", ".")
        git(course.root, "commit", "--quiet", "-m", "Hide it")
    git(course.root, "remote", "add", "origin", str(remote))
    git(course.root, "push", "--quiet", "origin", "main")


@pytest.mark.parametrize("removed", [False, True])
def test_is_a_repository_refused_that_shows_tests_now_or_in_its_history(
    course: Course, remote: Path, removed: bool
) -> None:
    teachers_repository(course, remote, removed=removed)
    before = git(remote, "rev-parse", "main")
    with pytest.raises(CoursepackError, match=r"holds or held .*, which students could read, also in its history"):
        publish(course, str(remote), [])
    assert git(remote, "rev-parse", "main") == before


def test_is_another_branch_no_place_to_publish(course: Course, remote: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=gh-pages", "pages")
    git(tmp_path / "pages", "commit", "--quiet", "--allow-empty", "-m", "Empty")
    git(tmp_path / "pages", "push", "--quiet", str(remote), "gh-pages")
    with pytest.raises(CoursepackError, match="no branch main, but gh-pages"):
        publish(course, str(remote), [])


def test_does_a_refused_push_end_in_gits_own_reason(course: Course, remote: Path) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho this branch is protected >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(CoursepackError, match="git push failed"):
        publish(course, str(remote), [])
    assert git(remote, "for-each-ref") == ""


def test_is_an_address_that_leads_nowhere_told(course: Course, tmp_path: Path) -> None:
    with pytest.raises(CoursepackError, match="git clone failed"):
        publish(course, f"file://{tmp_path}/nothing.git", [])


def test_is_a_badge_that_leads_to_the_hidden_tests_a_loud_warning(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert own_repository_warning(course) == ""
    git(course.root, "init", "--quiet")
    git(course.root, "add", "source")
    git(course.root, "remote", "add", "origin", "git@github.com:ann/private-course.git")
    assert own_repository_warning(course) == ""
    git(course.root, "remote", "add", "public", "https://github.com/Ann/Students.git")
    publish(course, str(tmp_path / "students"), [])
    said = capsys.readouterr().out
    assert "WARNING" in said
    assert "ann/students, and that repository holds this course" in said


def test_is_a_secret_in_git_a_loud_warning(course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = course.root / ".coursepack" / "secret"
    secret.parent.mkdir(exist_ok=True)
    secret.write_text("a teacher's own secret\n", encoding="utf-8")
    git(course.root, "init", "--quiet")
    assert tracked_secret_warning(course) == ""
    git(course.root, "add", "--force", ".coursepack/secret")
    publish(course, str(tmp_path / "students"), [])
    assert "WARNING: git has the course's secret, .coursepack/secret" in capsys.readouterr().out
