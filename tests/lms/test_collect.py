"""Does collecting place every hand-in where graders look, lose none, and say what became of each file?"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from mangled_downloads import RIGHT, WORST, WRONG, canvas, moodle, text_of, write_roster, write_zip, zip_of
from tiny_course import ASSIGNMENT, answered, code, tiny_course
from typer.testing import CliRunner

from coursepack.cli import app
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.submission import unknown_times
from coursepack.grading.submission.unknown_times import is_unknown, read_unknown_times
from coursepack.grading.workspace import Workspace
from coursepack.lms import collect as collect_module
from coursepack.lms.collect import Collection, CollectOptions, collect
from coursepack.lms.collected import attempts_folder, read_origins
from coursepack.lms.commands import collect_download
from coursepack.lms.roster import read_roster
from coursepack.whole_file import write_whole

__all__ = ["tiny_course"]

LATE = {"archerann": 5521, "bakerben": 5522, "ünalçelik": 5523}
DUE = datetime.datetime(2026, 3, 1, 23, 0)


def collected(
    course: Course, source: Path, *, kind: str = "", dry_run: bool = False, roster: bool = True
) -> Collection:
    """Collect with the class of six."""
    path = write_roster(source.parent / "roster.csv")
    students = tuple(read_roster(path).students) if roster else ()
    return collect(course, ASSIGNMENT, source, CollectOptions(kind, students, dry_run=dry_run))


def tree(root: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def said(result: Collection) -> dict[str, str]:
    """Return what became of each file."""
    return {one.path: one.said for one in result.files}


def test_moodle(tiny_course: Course, tmp_path: Path) -> None:
    """Are six mangled hand-ins placed, the attack refused, and everything told?"""
    result = collected(tiny_course, moodle(tmp_path / "moodle.zip"))
    assert tree(tiny_course.root / "submitted") == {
        "ann/tiny/tiny.ipynb": text_of(RIGHT),
        "ben/tiny/tiny.ipynb": text_of(WRONG),
        "celik/tiny/tiny.ipynb": text_of(RIGHT),
        "celik/tiny/onlinetext.html": b"<p>See the file.</p>",
        "dora/tiny/tiny.ipynb": text_of(RIGHT),
        "dora/tiny/helper.py": b"THREE = 3\n",
        "eve/tiny/tiny.ipynb": text_of(WRONG),
        "joerg/tiny/tiny.ipynb": text_of(RIGHT),
    }
    assert tree(attempts_folder(tiny_course, ASSIGNMENT, "ben")).popitem()[1] == text_of(WORST)
    assert not result.complete
    assert [one.path for one in result.files if one.lost] == [
        "Eve Evil_90215_assignsubmission_file/../../../climbed.ipynb"
    ]
    assert len(result.files) == 12
    assert said(result)["Çelik Ünal_90213_assignsubmission_file/my homework.ipynb"] == "placed as tiny.ipynb"
    assert not list(tmp_path.rglob("climbed.ipynb"))


def test_canvas(tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are lateness, attempts, own modules, zip files and texts of Canvas's archive treated as they should?"""
    monkeypatch.setattr(collect_module, "due_date", lambda workspace: DUE)
    result = collected(tiny_course, canvas(tmp_path / "canvas.zip"))
    assert tree(tiny_course.root / "submitted") == {
        "ann/tiny/tiny.ipynb": text_of(RIGHT),
        "ann/tiny/helper.py": b"THREE = 3\n",
        "ben/tiny/tiny.ipynb": text_of(WRONG),
        "ben/tiny/timestamp.txt": b"2026-03-01 23:00:01 UTC\n",
        "celik/tiny/tiny.ipynb": text_of(RIGHT),
        "joerg/tiny/tiny.ipynb": text_of(RIGHT),
    }
    lost = [one.path for one in result.files if one.lost]
    assert lost == ["dentdora_5524_text.html", "/etc/absolute_5525_78160_tiny.ipynb"]
    assert result.students["ben"] == "new; late, says the LMS"
    assert any(note.startswith("ben: late") for note in result.notes)
    origin = read_origins(tiny_course, ASSIGNMENT)["joerg"]["canvas"]
    assert (origin.prefix, origin.attachment, origin.late) == ("großejörg_5526_78140_", 78140, False)


def test_a_time_that_nobody_knows(tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is it noted that a time is a stand-in, later than any grace, until somebody writes the true one?"""
    config = tiny_course.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + "c.DailyPenalty.grace_minutes = 15\n", encoding="utf-8")
    monkeypatch.setattr(collect_module, "due_date", lambda workspace: DUE)
    collected(tiny_course, canvas(tmp_path / "canvas.zip"), dry_run=True)
    assert read_unknown_times(tiny_course, ASSIGNMENT) == {}
    result = collected(tiny_course, canvas(tmp_path / "canvas.zip"))
    late = DUE + datetime.timedelta(minutes=15, seconds=1)
    unknown = read_unknown_times(tiny_course, ASSIGNMENT)
    assert unknown == {"ben": "2026-03-01 23:15:01 UTC"}
    assert any("the grace of 15 minutes, so that it counts as late" in note for note in result.notes)
    assert is_unknown(unknown, "ben", late) and not is_unknown(unknown, "ann", late)
    assert not is_unknown(unknown, "ben", DUE) and not is_unknown(unknown, "ben", None)


def test_unknown_times_of_a_class(tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are the stand-ins of all who are late written once, after one look at the due date?"""
    asked: list[Workspace] = []
    wrote: list[Path] = []

    def due(workspace: Workspace) -> datetime.datetime:
        asked.append(workspace)
        return DUE

    def write(path: Path, content: str) -> None:
        wrote.append(path)
        write_whole(path, content)

    monkeypatch.setattr(collect_module, "due_date", due)
    monkeypatch.setattr(unknown_times, "write_whole", write)
    late = [(f"{name}_LATE_{number}_7813{number}_tiny.ipynb", text_of(RIGHT)) for name, number in LATE.items()]
    source = write_zip(tmp_path / "late.zip", late)
    for _ in range(2):
        collected(tiny_course, source)
        assert read_unknown_times(tiny_course, ASSIGNMENT) == dict.fromkeys(
            ("ann", "ben", "celik"), "2026-03-01 23:00:01 UTC"
        )
        assert (len(asked), len(wrote)) == (1, 1)
        asked.clear()


def test_late_without_a_due_date(tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does the notice name the command that sets one, and does the same download, collected again, then count?"""
    notes = collected(tiny_course, canvas(tmp_path / "canvas.zip")).notes
    assert "ben: late, says the LMS; the assignment has no due date in the gradebook" in notes
    assert [note for note in notes if 'nbgrader db assignment add tiny --duedate="' in note] == notes[-1:]
    monkeypatch.setattr(collect_module, "due_date", lambda workspace: DUE)
    again = collected(tiny_course, canvas(tmp_path / "canvas.zip"))
    assert again.students["ben"] == "unchanged, but for its time of hand-in; late, says the LMS"
    assert not [note for note in again.notes if "nbgrader db" in note]


@pytest.mark.parametrize("make", [moodle, canvas])
def test_again_changes_nothing(tiny_course: Course, tmp_path: Path, make: object) -> None:
    """Does the same archive, collected twice, leave every byte as it is, and a dry run write none?"""
    source = make(tmp_path / "download.zip")  # type: ignore[operator]
    before = tree(tiny_course.root)
    foretold = collected(tiny_course, source, dry_run=True)
    assert tree(tiny_course.root) == before
    first = collected(tiny_course, source)
    assert (first.files, first.students) == (foretold.files, foretold.students)
    after = tree(tiny_course.root)
    again = collected(tiny_course, source)
    assert tree(tiny_course.root) == after
    assert {told.partition(";")[0] for told in again.students.values()} == {"unchanged"}


def test_an_older_archive_replaces_nothing(tiny_course: Course, tmp_path: Path) -> None:
    """Does a newer attempt stay when the older archive is collected after it, and is the older one kept?"""
    newer = write_zip(tmp_path / "new.zip", [("archerann_5521_200_tiny-1.ipynb", text_of(RIGHT))])
    older = write_zip(tmp_path / "old.zip", [("archerann_5521_100_tiny.ipynb", text_of(WORST))])
    collected(tiny_course, newer)
    assert "a newer one is there" in collected(tiny_course, older).students["ann"]
    path = tiny_course.notebook("submitted/ann", ASSIGNMENT)
    assert path.read_bytes() == text_of(RIGHT)
    assert text_of(WORST) in tree(attempts_folder(tiny_course, ASSIGNMENT, "ann")).values()
    assert read_origins(tiny_course, ASSIGNMENT)["ann"]["canvas"].attachment == 200


def test_a_newer_archive_replaces_and_keeps(tiny_course: Course, tmp_path: Path) -> None:
    """Is the earlier submission kept when a newer one comes, with the files beside it, and told?"""
    first = write_zip(
        tmp_path / "old.zip", [("archerann_5521_100_tiny.ipynb", text_of(WORST)), ("archerann_5521_101_own.py", b"x")]
    )
    collected(tiny_course, first)
    newer = write_zip(tmp_path / "new.zip", [("archerann_5521_200_tiny-1.ipynb", text_of(RIGHT))])
    assert "replaces" in collected(tiny_course, newer).students["ann"]
    assert tree(tiny_course.root / "submitted") == {"ann/tiny/tiny.ipynb": text_of(RIGHT)}
    kept = tree(attempts_folder(tiny_course, ASSIGNMENT, "ann"))
    assert sorted(kept.values()) == [b"x", text_of(WORST)]


def test_a_time_set_by_hand_stays(tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does a timestamp.txt that the instructor wrote outlive collecting again?"""
    monkeypatch.setattr(collect_module, "due_date", lambda workspace: DUE)
    source = write_zip(tmp_path / "a.zip", [("bakerben_LATE_5522_1_tiny.ipynb", text_of(RIGHT))])
    collected(tiny_course, source)
    stamp = tiny_course.root / "submitted/ben/tiny/timestamp.txt"
    stamp.write_text("2026-03-02 08:00:00 UTC", encoding="ascii")
    assert "stays" in collected(tiny_course, source).students["ben"]
    assert stamp.read_text(encoding="ascii") == "2026-03-02 08:00:00 UTC"


def test_the_answered_notebook_counts(tiny_course: Course, tmp_path: Path) -> None:
    """Does an untouched copy that was downloaded again not replace the student's work?"""
    blank = answered()
    for cell in blank["cells"]:
        if cell["id"] in ("double", "treble"):
            name, text = cell["id"], "twice" if cell["id"] == "double" else "three times"
            cell["source"] = (
                f'def {name}(number):\n    """Return {text} the number."""\n    # TODO: return {text} the number\n'
                "    # YOUR CODE HERE\n    raise NotImplementedError()"
            )
    folder = "Ann Archer_1_assignsubmission_file"
    source = write_zip(
        tmp_path / "a.zip", [(f"{folder}/tiny.ipynb", text_of(RIGHT)), (f"{folder}/tiny (1).ipynb", text_of(blank))]
    )
    result = collected(tiny_course, source)
    assert tiny_course.notebook("submitted/ann", ASSIGNMENT).read_bytes() == text_of(RIGHT)
    assert said(result)[f"{folder}/tiny (1).ipynb"] == "kept as an earlier attempt: nothing in it is answered"


def add_assignment(course: Course) -> None:
    """Add a second assignment to the course."""
    cells = [code("other", "def other():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION", "solution")]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path = course.notebook("source", "other")
    path.parent.mkdir()
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")


def test_what_a_file_is_decides(tiny_course: Course, tmp_path: Path) -> None:
    """Are notebooks known by content: renamed, of another assignment, of none, and broken ones?"""
    add_assignment(tiny_course)
    other = {**RIGHT, "cells": [code("other", "def other():\n    return 2", "solution")]}
    none = {**RIGHT, "cells": [{"cell_type": "markdown", "id": "x", "metadata": {}, "source": "Dear diary"}]}
    source = write_zip(
        tmp_path / "a.zip",
        [
            ("archerann_5521_1_tiny.ipynb.txt", text_of(RIGHT)),
            ("bakerben_5522_2_tiny.ipynb", text_of(other)),
            ("dentdora_5524_3_tiny.ipynb", text_of(none)),
            ("evileve_5525_4_tiny.ipynb", text_of(RIGHT)[:100]),
            ("bobbob_9999_5_tiny.ipynb", text_of(RIGHT)),
        ],
    )
    result = collected(tiny_course, source)
    told = list(said(result).values())
    assert said(result)["archerann_5521_1_tiny.ipynb.txt"] == "placed as tiny.ipynb"
    assert said(result)["bakerben_5522_2_tiny.ipynb"] == "not placed: this is a notebook of other"
    assert "none of the assignment's cells" in said(result)["dentdora_5524_3_tiny.ipynb"]
    assert "cannot be graded: tiny.ipynb is not JSON" in said(result)["evileve_5525_4_tiny.ipynb"]
    assert "“bobbob” is not in the roster" in said(result)["bobbob_9999_5_tiny.ipynb"]
    assert len(told) == 5 and sum(one.lost for one in result.files) == 3
    assert set(tree(tiny_course.root / "submitted")) == {"ann/tiny/tiny.ipynb", "eve/tiny/tiny.ipynb"}


def test_gradescope(tiny_course: Course, tmp_path: Path) -> None:
    """Are Gradescope's people, groups and times taken from its metadata?"""
    metadata = """
submission_771:
  :submitters:
  - :name: Ann Archer
    :sid: s01
    :email: ann@uni.edu
  - :name: Ben Baker
    :sid: s02
    :email: ben@uni.edu
  :created_at: 2026-03-01 22:30:00.123456000 Z
  :score: 1.0
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    a: 1
"""
    source = write_zip(
        tmp_path / "a.zip",
        [
            ("assignment_5_export/submission_metadata.yml", metadata.encode()),
            ("assignment_5_export/submission_771/tiny.ipynb", text_of(RIGHT)),
        ],
    )
    assert collected(tiny_course, source).complete
    written = tree(tiny_course.root / "submitted")
    assert written["ann/tiny/timestamp.txt"] == b"2026-03-01 22:30:00.123456 UTC\n"
    assert written["ben/tiny/tiny.ipynb"] == text_of(RIGHT)
    with pytest.raises(CoursepackError, match="Gradescope's metadata cannot be read"):
        broken = [("e/submission_metadata.yml", b"- a\n- [")]
        collected(tiny_course, write_zip(tmp_path / "b.zip", broken))


def test_folders_of_other_systems(tiny_course: Course, tmp_path: Path) -> None:
    """Are Google's files, GitHub's clones and plain folders placed, with the instructor's own times?"""
    google = write_zip(tmp_path / "g.zip", [("Ann Archer - tiny.ipynb", text_of(RIGHT))])
    assert collected(tiny_course, google).kind == "google"
    github = tmp_path / "tiny-submissions"
    for name in ("tiny-ben", "tiny-celik"):
        (github / name / ".git").mkdir(parents=True)
        (github / name / ".git" / "HEAD").write_text("x", encoding="ascii")
        (github / name / "tiny.ipynb").write_bytes(text_of(WRONG))
    result = collected(tiny_course, github)
    assert (result.kind, result.complete, set(result.students)) == ("github", True, {"ben", "celik"})
    assert said(result)["tiny-ben/.git/…"].startswith("left out")
    plain = tmp_path / "plain" / "dora"
    plain.mkdir(parents=True)
    (plain / "tiny.ipynb").write_bytes(text_of(RIGHT))
    (plain / "timestamp.txt").write_text("2026-03-01 12:00 UTC", encoding="ascii")
    assert collected(tiny_course, plain.parent).complete
    assert (tiny_course.root / "submitted/dora/tiny/timestamp.txt").is_file()


def test_times_in_a_worksheet(tiny_course: Course, tmp_path: Path) -> None:
    """Is the time in Moodle's grading worksheet written beside the notebook, in its zone?"""
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_text(
        "Identifier,Full name,Email address,Status,Grade,Last modified (submission)\n"
        'Participant 90211,Ann Archer,ann@uni.edu,Submitted,,"Monday, 2 March 2026, 12:30 AM"\n'
        "Participant 90212,Ben Baker,ben@uni.edu,Submitted,,gestern\n",
        encoding="utf-8",
    )
    students = tuple(read_roster(worksheet).students)
    source = moodle(tmp_path / "moodle.zip")
    result = collect(tiny_course, ASSIGNMENT, source, CollectOptions("", students, "Europe/Berlin"))
    written = tree(tiny_course.root / "submitted")
    assert written["ann/tiny/timestamp.txt"] == b"2026-03-01 23:30:00 UTC\n"
    assert "ben/tiny/timestamp.txt" not in written
    assert any(note.startswith("ben: “gestern”") for note in result.notes)


def test_the_courses_zone_is_that_of_the_worksheet(tiny_course: Course, tmp_path: Path) -> None:
    """Are the worksheet's times read in the zone of `[tool.coursepack]`, unless `--time-zone` says otherwise?"""
    (tiny_course.root / "pyproject.toml").write_text('[tool.coursepack]\ntime_zone = "Europe/Berlin"', encoding="utf-8")
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_text(
        "Identifier,Full name,Email address,Last modified (submission)\n"
        'Participant 90211,Ann Archer,ann@uni.edu,"Monday, 2 March 2026, 12:30 AM"\n',
        encoding="utf-8",
    )
    name = "Ann Archer_90211_assignsubmission_file/tiny.ipynb"
    source = write_zip(tmp_path / "m.zip", [(name, text_of(RIGHT))])
    stamp = tiny_course.root / "submitted/ann/tiny/timestamp.txt"
    for zone, expected in (("", "2026-03-01 23:30:00 UTC\n"), ("UTC", "2026-03-02 00:30:00 UTC\n")):
        assert collect_download(tiny_course, ASSIGNMENT, source, "", worksheet, zone, dry_run=False) == 0
        assert stamp.read_text(encoding="ascii") == expected
        stamp.unlink()
    stamp.write_text("2026-03-01 08:00 UTC", encoding="ascii")
    students = tuple(read_roster(worksheet).students)
    told = collect(tiny_course, ASSIGNMENT, source, CollectOptions("", students, "Europe/Berlin")).students["ann"]
    assert told == "unchanged; its timestamp.txt stays, though the LMS says 2026-03-02 00:30 CET"


def test_forged_files_are_left_out(tiny_course: Course, tmp_path: Path) -> None:
    """Can a student's own timestamp.txt or verdicts.json get beside the notebook?"""
    inner = zip_of([("tiny.ipynb", text_of(RIGHT)), ("timestamp.txt", b"2001-01-01 00:00"), ("verdicts.json", b"{}")])
    result = collected(tiny_course, write_zip(tmp_path / "a.zip", [("archerann_5521_1_all.zip", inner)]))
    assert set(tree(tiny_course.root / "submitted")) == {"ann/tiny/tiny.ipynb"}
    assert sum(one.said.startswith("left out") for one in result.files) == 2


def test_the_command(tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does the command tell each file and exit with 1 if one could not be placed, and with 0 otherwise?"""
    monkeypatch.setenv("COLUMNS", "200")
    arguments = ["collect", ASSIGNMENT, str(moodle(tmp_path / "m.zip")), "--course", str(tiny_course.root)]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 1
    assert "refused: its path climbs out of the folder" in found.output
    assert "From Moodle: 6 submissions of 12 files; 1 could not be placed" in found.output
    clean = write_zip(tmp_path / "c.zip", [("archerann_5521_1_tiny.ipynb", text_of(RIGHT))])
    found = CliRunner().invoke(app, [*arguments[:2], str(clean), *arguments[3:], "--dry-run"])
    assert found.exit_code == 0
    assert "Nothing was written" in found.output
    assert Workspace(tiny_course, ASSIGNMENT).folder("submitted", "archerann-5521").exists() is False
    wrong = CliRunner().invoke(app, [*arguments, "--time-zone", "IST"])
    assert isinstance(wrong.exception, CoursepackError)


def test_paths_stay_whole_in_a_narrow_terminal(
    tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Does each path stand on a line of its own, with what became of it below?"""
    monkeypatch.setenv("COLUMNS", "80")
    arguments = ["collect", ASSIGNMENT, str(moodle(tmp_path / "m.zip")), "--course", str(tiny_course.root)]
    lines = CliRunner().invoke(app, arguments).output.splitlines()
    path = "  Çelik Ünal_90213_assignsubmission_onlinetext/onlinetext.html"
    assert lines[lines.index(path) + 1].startswith("      celik-uenal: ")


def test_a_notebook_of_nobody(tiny_course: Course, tmp_path: Path) -> None:
    """Is a notebook whose name says nobody's name told, and an empty download too?"""
    source = tmp_path / "tiny.ipynb"
    source.write_bytes(text_of(RIGHT))
    result = collected(tiny_course, source, roster=False)
    assert said(result) == {"tiny.ipynb": "not placed: no folder or file name says whose it is"}
    assert not result.complete
    strange = [("archerann_5521_1_tiny.ipynb", text_of(RIGHT)), ("readme.txt", b"x")]
    result = collected(tiny_course, write_zip(tmp_path / "a.zip", strange))
    assert [one.path for one in result.files if one.lost] == ["readme.txt"]
    with pytest.raises(CoursepackError, match="no file in it"):
        collected(tiny_course, write_zip(tmp_path / "b.zip", []))
