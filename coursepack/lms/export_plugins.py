"""Our formats for nbgrader's own command, in `coursepack export`'s own words.

    nbgrader export --exporter=coursepack.lms.export_plugins.CanvasExport --to=canvas.csv

`--ExportPlugin.assignment` and `--ExportPlugin.student` choose, as for nbgrader's own exporter.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin

from coursepack.course import Course
from coursepack.lms.export import write_marks
from coursepack.lms.marks import read_marks


class _Export(ExportPlugin):  # type: ignore[misc]
    """Writes one format."""

    name: ClassVar[str] = ""
    file: ClassVar[str] = ""

    def export(self, gradebook: Gradebook) -> None:
        """Write the marks of the gradebook that nbgrader opened."""
        coursedir: Any = self.parent.coursedir
        course = Course.find(Path(str(coursedir.root)))
        names = [one.name for one in gradebook.assignments]
        chosen = [name for name in names if not self.assignment or name in map(str, self.assignment)]
        students = {str(one) for one in self.student}
        found = read_marks(course, chosen, students=students, coursedir=coursedir)
        into = Path(self.to or self.file)
        for line in write_marks(found, self.name, into):
            self.log.info(line)
        self.log.info("Exported to %s", into)


class CsvExport(_Export):
    """A row for each student and assignment; a mark that there is not yet is an empty cell."""

    name, file = "csv", "grades.csv"


class CanvasExport(_Export):
    """The gradebook as Canvas imports it."""

    name, file = "canvas", "canvas.csv"


class MoodleExport(_Export):
    """One assignment as Moodle imports it."""

    name, file = "moodle", "moodle.csv"


class GradescopeExport(_Export):
    """Gradescope's results.json of each submission, in a zip file."""

    name, file = "gradescope", "gradescope.zip"


class JUnitExport(_Export):
    """JUnit's XML."""

    name, file = "junit", "junit.xml"


class JsonExport(_Export):
    """All marks as JSON."""

    name, file = "json", "marks.json"
