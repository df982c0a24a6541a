"""Does a course's secret change what checks draw, reach the judge, and stay out of every kernel?"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from tiny_course import ASSIGNMENT, answered, make_tiny_course, source_notebook

from coursepack.checks import draws
from coursepack.course import Course
from coursepack.course_secret import course_secret, secret_digest, secret_environment
from coursepack.errors import CoursepackError
from coursepack.grading.batch import provenance
from coursepack.grading.batch.single import grade_single
from coursepack.grading.batch.task import RunInput, Task, grade
from coursepack.grading.workspace import Workspace
from coursepack.kernel_environment import SECRET
from coursepack.lms.bundle.contents import common_files
from coursepack.sandbox.limits import Limits
from coursepack.validation.validate import Proof, prove_pack

ONE, OTHER = "the first secret", "another secret"
# Says, in the message of a failed test, what a hidden test draws.
DRAWING_TEST = """# Check that double works for other numbers
### BEGIN HIDDEN TESTS
from coursepack.checks import draws
drawn = int(draws.generator(7).integers(10**9))
assert double(drawn) == 2 * drawn + 1, f"drawn: {drawn}"
### END HIDDEN TESTS"""
# Hands out what a kernel's own environment says, as an answer that the visible test shows.
LOOKING = "import os; raise ValueError(sorted(os.environ))"


@pytest.fixture(autouse=True)
def no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET, "")  # which counts as none, and is taken back at the end


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_tiny_course(tmp_path / "course")


def keep(course: Course, secret: str) -> Path:
    path = course.root / ".coursepack" / "secret"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{secret}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("seed", [(20_265,), (20_264, 3, 5), (0,)])
def test_do_checks_draw_what_they_always_drew_without_a_secret(seed: tuple[int, ...]) -> None:
    before = np.random.default_rng(seed[0] if len(seed) == 1 else list(seed)).standard_normal(5)
    assert draws.generator(*seed).standard_normal(5).tolist() == before.tolist()


def test_do_the_draws_differ_by_secret_and_stay_the_same_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [draws.generator(20_265, 1).standard_normal(5).tolist()]
    for secret in (ONE, OTHER, ONE):
        monkeypatch.setenv(SECRET, secret)
        found.append(draws.generator(20_265, 1).standard_normal(5).tolist())
    assert found[1] == found[3]
    assert len({tuple(one) for one in found}) == 3
    assert draws.generator(20_265, 1).random() != draws.generator(20_265, 2).random()


def test_does_every_random_input_of_a_check_come_from_there(repository: Course) -> None:
    for folder in ("coursepack/checks", "convnet_course"):
        for path in (repository.root / folder).rglob("*.py"):
            if "default_rng" in path.read_text(encoding="utf-8"):
                assert path.name == "draws.py" or path.parent.name in ("datasets", "reproduction"), path
    for name in repository.assignments:
        assert "default_rng" not in hidden_text(repository, name)


def hidden_text(course: Course, assignment: str) -> str:
    notebook = json.loads(course.notebook("source", assignment).read_text(encoding="utf-8"))
    return "\n".join(
        "".join(cell["source"]) for cell in notebook["cells"] if "BEGIN HIDDEN TESTS" in "".join(cell["source"])
    )


def test_is_the_variable_asked_before_the_file(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (course_secret(course), secret_environment(course), secret_digest(course)) == ("", {}, "")
    keep(course, ONE)
    assert secret_environment(course) == {SECRET: ONE}
    monkeypatch.setenv(SECRET, OTHER)
    assert course_secret(course) == OTHER
    assert OTHER not in secret_digest(course)


def test_is_another_file_named_in_the_settings(course: Course) -> None:
    (course.root / "pyproject.toml").write_text('[tool.coursepack]\nsecret_file = "mine.txt"\n', encoding="utf-8")
    (course.root / "mine.txt").write_text(ONE, encoding="utf-8")
    assert course_secret(course) == ONE


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff\xfe\xff\xff\xff\xff\xff\xff\xff"])
def test_is_a_secret_that_is_none_one_error(course: Course, content: bytes) -> None:
    keep(course, ONE).write_bytes(content)
    with pytest.raises(CoursepackError, match="the course's secret") as error:
        course_secret(course)
    assert "openssl rand -hex 16" in str(error.value)


def test_is_a_result_stale_when_the_secret_changes(course: Course) -> None:
    workspace, limits = Workspace(course, ASSIGNMENT), Limits.of_cells(20)
    found = [provenance.of_run(workspace, limits)]
    for secret in (ONE, OTHER):
        keep(course, secret)
        found.append(provenance.of_run(workspace, limits))
    for before, now in itertools.pairwise(found):
        changed = [provenance.REASONS[part] for part in now if before[part] != now[part]]
        assert changed == ["the course's secret changed"]


def test_does_a_bundle_bring_the_secret_and_nothing_without_one(course: Course) -> None:
    assert "course/course_secret.txt" not in common_files(Workspace(course, ASSIGNMENT))
    keep(course, ONE)
    files = common_files(Workspace(course, ASSIGNMENT))
    assert files["course/course_secret.txt"].decode().strip() == ONE
    assert b'secret_file = "course_secret.txt"' in files["course/pyproject.toml"]


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("place", ["variable", "file"])
def test_does_the_judge_draw_by_the_secret_and_does_no_kernel_have_it(
    course: Course, monkeypatch: pytest.MonkeyPatch, place: str, unsafe: bool
) -> None:
    source = source_notebook()
    source["cells"][5]["source"] = DRAWING_TEST
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")
    handed_in = course.root / "handed_in.ipynb"
    handed_in.write_text(json.dumps(answered(treble=LOOKING)), encoding="utf-8")
    monkeypatch.setenv(SECRET, ONE) if place == "variable" else keep(course, ONE)
    graded = grade_single(Workspace(course, ASSIGNMENT), handed_in, {}, unsafe_no_jail=unsafe).records
    assert graded is not None
    messages = {one.grade_id: one.message for one in graded.records}
    monkeypatch.setenv(SECRET, ONE)
    assert f"drawn: {draws.generator(7).integers(10**9)}" in messages["double-hidden"]
    assert "'HOME'" in messages["treble-hidden"]
    assert SECRET not in messages["treble-hidden"]


def test_is_a_worker_with_another_secret_refused(course: Course) -> None:
    keep(course, ONE)
    notebook = json.dumps(source_notebook())
    with pytest.raises(CoursepackError, match="a worker's secret for the course is not the coordinator's"):
        grade(Task("ann", notebook.encode()), RunInput(notebook, notebook, str(course.root), secret=""))


def test_does_validate_try_the_tests_with_the_secret(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Also in its forks: a solution that fits only what is drawn without a secret must not pass."""
    source = source_notebook()
    public = int(draws.generator(7).integers(10**9))
    lucky = f"drawn == {public}"
    source["cells"][5]["source"] = DRAWING_TEST.replace("double(drawn) == 2 * drawn + 1", lucky)
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")
    keep(course, ONE)
    assert prove_pack(course, [ASSIGNMENT], Proof(jobs=1, skip_quick=True)) == 1
    assert "double-hidden" in capsys.readouterr().out
