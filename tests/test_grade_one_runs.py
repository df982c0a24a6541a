"""Does one notebook get the points and messages that it gets in a class, in every format, without a gradebook?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from one_notebook import submission, written_course
from tiny_course import ASSIGNMENT

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch import single
from coursepack.lms.grade_one import OneOptions, ResultFormat, grade_one

FORMATS = list(ResultFormat)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return written_course(tmp_path_factory.mktemp("one") / "course")


def grade(course: Course, folder: Path, notebook: dict[str, object], **options: object) -> tuple[int, dict[str, str]]:
    """Return the exit code, and the results by format."""
    (folder / "homework (1).ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    into = [folder / f"result.{name}" for name in FORMATS]
    asked = OneOptions(FORMATS, into, **options)  # type: ignore[arg-type]
    code = grade_one(course, ASSIGNMENT, folder, asked)
    return code, {
        name: path.read_text(encoding="utf-8") for name, path in zip(FORMATS, into, strict=True) if path.exists()
    }


def test_gets_a_notebook_its_points_and_messages_in_every_format(course: Course, tmp_path: Path) -> None:
    code, results = grade(course, tmp_path, submission(double="return number ** 2"))
    assert code == 0
    content = json.loads(results["json"])
    assert (content["points"], content["max_points"], content["waiting_points"]) == (2.0, 5.0, 4.0)
    assert (content["status"], content["notes"]) == ("waiting for the marker", [])
    assert all("double(21) gives 441, not 42" in text for text in results.values())
    assert set(results) == set(FORMATS)
    assert not (course.root / "gradebook.db").exists()
    assert not (course.root / "autograded").exists()


@pytest.mark.parametrize(("percent", "code"), [(40.0, 0), (40.1, 3)])
def test_fails_a_job_below_the_share_asked_for(course: Course, tmp_path: Path, percent: float, code: int) -> None:
    assert grade(course, tmp_path, submission(double="return 0"), fail_under=percent)[0] == code


def test_reads_a_notebook_the_files_beside_it(course: Course, tmp_path: Path) -> None:
    given = tmp_path / "given"
    (given / "parts").mkdir(parents=True)
    (given / "helper.py").write_text("def twice(number):\n    return number * 2\n", encoding="utf-8")
    (given / "parts" / "three.txt").write_text("3", encoding="utf-8")
    answers = {
        "double": "from helper import twice\n    return twice(number)",
        "treble": "from pathlib import Path\n    return int(Path('parts/three.txt').read_text()) * number",
    }
    _, results = grade(course, tmp_path, submission(**answers), extra=[given])
    assert json.loads(results["json"])["points"] == 5.0
    _, results = grade(course, tmp_path, submission(**answers), extra=[given / "helper.py"])
    assert json.loads(results["json"])["points"] == 3.0


def test_sets_a_grader_error_no_score(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is an earlier score withdrawn, and is the reason kept where only the instructor looks?"""

    def broken(task: object, run: object) -> None:
        raise RuntimeError("secret_number = 73219")

    monkeypatch.setattr(single, "grade", broken)
    (tmp_path / "result.gradescope").write_text('{"score": 1}', encoding="utf-8")
    code, results = grade(course, tmp_path, submission())
    assert code == 1
    assert "gradescope" not in results
    assert json.loads(results["prairielearn"])["gradable"] is False
    said = capsys.readouterr()
    assert "73219" not in "".join(results.values()) + said.out + said.err
    [log] = (course.root / ".coursepack" / "logs").glob("grade-one-*.log")
    assert "73219" in log.read_text(encoding="utf-8")
    log.unlink()


def test_loses_no_result_that_cannot_be_written(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ann.ipynb").write_text(json.dumps(submission()), encoding="utf-8")

    write_text = Path.write_text

    def full(path: Path, text: str, **options: Any) -> int:
        if path.name.startswith("result.json"):
            raise OSError(28, "No space left on device")
        return write_text(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CoursepackError, match="No space left on device; it was printed instead"):
        grade_one(course, ASSIGNMENT, tmp_path, OneOptions([ResultFormat.JSON], [tmp_path / "result.json"]))
    assert json.loads(capsys.readouterr().out)["points"] == 5.0


def test_asks_an_assignment_without_automatic_points_for_no_share(tmp_path: Path) -> None:
    course = written_course(tmp_path / "course")
    path = course.notebook("source", ASSIGNMENT)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"].endswith("-hidden"):
            cell["metadata"]["nbgrader"]["points"] = 0
    path.write_text(json.dumps(notebook), encoding="utf-8")
    for options in (OneOptions(fail_under=50.0), OneOptions([ResultFormat.PRAIRIELEARN])):
        with pytest.raises(CoursepackError, match="nothing in this assignment is graded automatically"):
            grade_one(course, ASSIGNMENT, tmp_path, options)


def test_grades_without_a_jail_only_on_request_and_says_so(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, results = grade(course, tmp_path, submission(), unsafe_no_jail=True)
    assert code == 0
    assert json.loads(results["json"])["points"] == 5.0
    assert "No jail" in capsys.readouterr().err
