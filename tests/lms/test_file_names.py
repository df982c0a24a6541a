"""Do the names that each LMS gives say whose a file is, and what it was called?"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.lms.file_names import (
    ZIP_COLLECT_NAMES,
    NamedFile,
    Owner,
    github_reader,
    read_canvas,
    read_folder,
    read_google,
    read_gradescope,
    read_moodle,
)
from coursepack.lms.people import id_from, is_usable_id
from coursepack.lms.recognise import recognise

READERS = (read_canvas, read_moodle, read_gradescope, read_google, github_reader("ps1"), read_folder)
WORD = st.text(st.characters(categories=["L"]), min_size=1, max_size=12)
# Moodle replaces underscores in names by spaces; Canvas drops what is no word.
PERSON = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
NUMBER = st.integers(1, 10**9)
FILE = st.text(st.characters(categories=["L", "N"], include_characters=" ._-()"), min_size=1, max_size=20).map(
    lambda name: f"{name}.ipynb"
)


@given(person=PERSON, number=NUMBER, file=FILE, form=st.sampled_from(["{}/", "{}_/", "{}_"]), top=st.booleans())
@example(person="Jörg Große", number=90211, file="ps1 (1).ipynb", form="{}_", top=True)
def test_moodle_names_are_read_back(person: str, number: int, file: str, form: str, top: bool) -> None:
    """Is every form that Moodle has written read as the person, the number and the file?"""
    folder = f"{person}_{number}_assignsubmission_file"
    found = read_moodle(f"{'download/' if top else ''}{form.format(folder)}{file}")
    assert found is not None
    assert (found.owner, found.path, found.text) == (Owner(person, str(number)), file, False)
    # What goes back must begin as Moodle's own reader wants it.
    assert found.prefix.split("_")[:4] == [person, str(number), "assignsubmission", "file"]


def test_are_the_names_that_the_docs_show_read_as_they_say(repository: Course) -> None:
    rows = re.findall(r"^\| ([A-Z]\w+|a folder) \| (`.*?) \| (.*) \|$", _names_table(repository), re.MULTILINE)
    readers = dict(zip(("Canvas", "Moodle", "Gradescope", "Google", "GitHub", "a folder"), READERS, strict=True))
    assert {system for system, _, _ in rows} == readers.keys()
    for system, names, whose in rows:
        for name in re.findall("`(.+?)`", names):
            found = readers[system](name)
            assert found is not None, name
            owner = found.owner
            assert owner.number in whose and owner.user in whose, name
            assert owner.name in ("", "Jörg Große", "grossejoerg"), name
            assert found.late == ("late" in whose)
            assert found.path in ("ps1.ipynb", "ps1-1.ipynb", "joerg.ipynb")


def _names_table(repository: Course) -> str:
    page = (repository.root / "docs" / "instructor.md").read_text(encoding="utf-8")
    return page.partition("| from | a name | whose it is |")[2].partition("\n\n")[0]


@given(person=WORD, number=NUMBER, attachment=NUMBER, file=FILE, late=st.booleans())
@example(person="müller_anna", number=5521, attachment=78123, file="name-1.ipynb", late=True)
def test_canvas_names_are_read_back(person: str, number: int, attachment: int, file: str, late: bool) -> None:
    """Are person, user, attachment, lateness and file read as Canvas wrote them?"""
    prefix = f"{person}{'_LATE' if late else ''}_{number}_{attachment}_"
    found = read_canvas(prefix + file)
    assert found == NamedFile(Owner(person, str(number)), file, prefix, late, attachment)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "LATE_anon_x7Kq2_78123_ps1.ipynb",
            NamedFile(Owner("", "x7Kq2", anonymous=True), "ps1.ipynb", "LATE_anon_x7Kq2_78123_", True, 78123),
        ),
        ("archerann_LATE_5521_text.html", NamedFile(Owner("archerann", "5521"), "text.html", late=True, text=True)),
        ("archerann_5521_link.html", NamedFile(Owner("archerann", "5521"), "link.html", text=True)),
        (
            "archerann_5521_78123_work.zip/deep/ps1.ipynb",
            NamedFile(Owner("archerann", "5521"), "deep/ps1.ipynb", "archerann_5521_78123_", attachment=78123),
        ),
        ("ps1.ipynb", None),
        ("archerann_5521.ipynb", None),
    ],
)
def test_other_names_of_canvas(name: str, expected: NamedFile | None) -> None:
    """Are anonymous hand-ins, texts, addresses and zip files read, and other names not?"""
    assert read_canvas(name) == expected


def test_other_readers() -> None:
    """Do Gradescope's, GitHub's, Google's and plain names say whose a file is?"""
    assert read_gradescope("assignment_1_export/submission_771/a/ps1.ipynb") == NamedFile(
        Owner(number="771"), "a/ps1.ipynb", "submission_771"
    )
    assert github_reader("ps1")("ps1-submissions/ps1-ann-a/ps1.ipynb") == NamedFile(
        Owner(user="ann-a"), "ps1.ipynb", "ps1-ann-a"
    )
    assert read_google("Ann Archer - my - work.ipynb") == NamedFile(
        Owner("Ann Archer"), "my - work.ipynb", "Ann Archer - "
    )
    assert read_folder("ann/src/ps1.ipynb") == NamedFile(Owner(user="ann"), "src/ps1.ipynb", "ann")
    assert read_folder("ann.ipynb") == NamedFile(Owner(user="ann"), "ann.ipynb", "ann")
    moodle_text = read_moodle("Ann Archer_1_assignsubmission_onlinetext/onlinetext.html")
    assert moodle_text is not None and moodle_text.text


@given(st.text(st.characters(exclude_characters="\x00"), max_size=80))
def test_no_name_breaks_a_reader(path: str) -> None:
    """Does any text at all end in an answer, whose file is not empty?"""
    for read in READERS:
        found = read(path)
        assert found is None or found.path


@given(st.text(max_size=60))
def test_ids_from_names_are_usable(name: str) -> None:
    """Is an id that is made from a name either empty or fit to be a folder?"""
    made = id_from(name)
    assert made == "" or is_usable_id(made) or made in ("lost-found",)
    assert "/" not in made and ".." not in made


def test_ids_from_names() -> None:
    """Are umlauts spelt out and accents dropped, composed or not?"""
    assert id_from("Jörg Große") == id_from("Jo\u0308rg Große") == "joerg-grosse"
    assert id_from("Çelik  Ünal") == "celik-uenal"
    assert id_from("李 明") == "李-明"


@pytest.mark.parametrize(
    ("paths", "kind"),
    [
        (["x/Ann A_1_assignsubmission_file/a.ipynb", "readme.txt"], "moodle"),
        (["archerann_1_2_Ann - ps1.ipynb"], "canvas"),
        (["export/submission_metadata.yml", "export/submission_1/ps1.ipynb"], "gradescope"),
        (["Ann A - ps1.ipynb", "Ben B - Copy of ps1.ipynb"], "google"),
        (["ps1-submissions/ps1-ann/ps1.ipynb", "ps1-submissions/ps1-ben/ps1.ipynb"], "github"),
        (["ps1-ann/ps1.ipynb", "ps1-anna/ps1.ipynb"], "github"),
        (["ann/ps1.ipynb", "ben/ps1.ipynb"], "folder"),
    ],
)
def test_downloads_are_recognised(paths: list[str], kind: str) -> None:
    """Is the kind of a download seen from its names?"""
    assert recognise(paths, "ps1").kind == kind


def test_repositories_of_another_name_are_recognised_by_git() -> None:
    """Are clones of repositories that are not called like the assignment read up to their common start?"""
    paths = ["hw-1-ann/ps1.ipynb", "hw-1-anna/ps1.ipynb"]
    download = recognise(paths, "ps1", clutter=["hw-1-ann/.git/HEAD"])
    owners = [found.owner.user for path in paths if (found := download.read(path))]
    assert (download.kind, owners) == ("github", ["ann", "anna"])


def test_a_doubtful_download_is_told() -> None:
    """Is a download that fits two kinds refused with the option that decides?"""
    paths = ["archerann_1_2_ps1.ipynb", "Ann A_1_assignsubmission_file/ps1.ipynb"]
    with pytest.raises(CoursepackError, match="--from canvas or --from moodle"):
        recognise(paths, "ps1")
    assert recognise(paths, "ps1", "moodle").kind == "moodle"
    with pytest.raises(CoursepackError, match="no kind of download"):
        recognise(paths, "ps1", "blackboard")


@pytest.mark.parametrize(
    ("path", "student", "file"),
    [
        ("Ann Archer_90211_assignsubmission_file/ps1.ipynb", "Ann Archer", "ps1"),
        ("Ann Archer_90211_assignsubmission_file_/ps1 (1).ipynb", "Ann Archer", "ps1"),
        ("Ann Archer_90211_assignsubmission_file_ps1.ipynb", "Ann Archer", "ps1"),
        ("archerann_LATE_5521_78123_ps1-1.ipynb", "archerann", "ps1"),
        ("archerann_5521_78123_work/deep/ps1.ipynb", "archerann", "ps1"),
    ],
)
def test_the_pattern_of_zip_collect(path: str, student: str, file: str) -> None:
    """Does nbgrader's own collector find the student and the notebook in the same names?"""
    found = re.match(ZIP_COLLECT_NAMES, f"/a_1_2_course/downloaded/ps1/extracted/{path}")
    assert found is not None
    assert (found["student_id"], found["file_id"]) == (student, file)
