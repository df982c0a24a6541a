"""What do students have to install?"""

from __future__ import annotations

import nbformat
import pytest

from coursepack.course import Course
from coursepack.publish.environment import environment_files
from coursepack.publish.student_page import Shown


@pytest.mark.parametrize("cell", ["import pandas", "%%time\nimport pandas", "%pip list\nimport pandas"])
def test_is_what_a_cell_imports_installed_whatever_magics_it_holds(tiny_course: Course, cell: str) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    asked = environment_files(tiny_course, [Shown("tiny", notebook)])["requirements.txt"]
    assert "pandas>=" in asked
