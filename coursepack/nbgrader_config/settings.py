"""What coursepack sets in nbgrader's configuration: only what differs from its defaults, each with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
)

from coursepack.authoring.colab import ColabBadge
from coursepack.authoring.run_all import TagMayRaise
from coursepack.course import Course
from coursepack.feedback.exporter import FeedbackExporter
from coursepack.gradebook import find_tools
from coursepack.grading.nbgrader_plugins.extra_time import GrantExtraTime
from coursepack.grading.nbgrader_plugins.judged_execute import JudgedExecute
from coursepack.grading.nbgrader_plugins.marking_scheme import ShowMarkingScheme
from coursepack.grading.nbgrader_plugins.sanitize_submission import SanitizeSubmission
from coursepack.grading.nbgrader_plugins.save_grades import SaveGrades
from coursepack.grading.nbgrader_plugins.submission_exporter import SubmissionExporter
from coursepack.grading.submission.folder_files import CLUTTER, VERDICTS_FILE
from coursepack.lms.file_names import ZIP_COLLECT_NAMES
from coursepack.settings import grading_environment


def settle(c: Any, root: Path) -> None:
    """Set everything.

    Args:
        c: the configuration.
        root: the course folder.

    Raises:
        CoursepackError: the course's settings are wrong, or its data cannot be provided.
    """
    find_tools()
    _set_folders(c, root)
    _set_kernels(c, root)
    _set_grading(c)
    _set_pages(c)
    # With a repository set in pyproject.toml, student versions open in Colab at a click; first, so that checksums fit.
    c.GenerateAssignment.preprocessors.prepend([ColabBadge])
    # "Run All" in JupyterLab goes past exercises that are still unsolved; last, when hidden tests are gone.
    c.GenerateAssignment.preprocessors.append(TagMayRaise)


def _set_folders(c: Any, root: Path) -> None:
    # Commands work from any folder below this one.
    c.CourseDirectory.root = str(root)
    # Worked notebooks are part of a course and have many readers: a plural, beside nbgrader's "solution".
    c.CourseDirectory.solution_directory = "solutions"
    # A notebook that ran in its folder has downloaded data sets into ./data: never copied, neither to students nor
    # back. Nor are verdicts a student's to hand in, nor what archives and operating systems leave behind.
    c.CourseDirectory.ignore.extend(["data", VERDICTS_FILE, *CLUTTER])
    c.CourseDirectory.student_id_exclude = ",".join(name for name in CLUTTER if "*" not in name)
    # `nbgrader zip_collect` reads the names that Moodle and Canvas give: whose a notebook is, and what it is called
    # without the number that Canvas (`-1`) or a browser (` (1)`) puts behind it. `coursepack collect` does more.
    c.FileNameCollectorPlugin.named_regexp = ZIP_COLLECT_NAMES


def _set_kernels(c: Any, root: Path) -> None:
    # What `nbgrader validate` and `generate_solution` run sees the grading data, on the CPU and in one thread, whatever
    # the machine has. Set in the kernel itself, so a student's own lab is not touched. Hidden tests import the course's
    # package from its folder.
    environment = grading_environment(Course(root))
    c.Execute.extra_arguments = [
        f"--IPKernelApp.exec_lines=__import__('os').environ.update({environment!r})",
        f"--IPKernelApp.exec_lines=__import__('sys').path.append({str(root)!r})",
    ]


def _set_grading(c: Any) -> None:
    # `nbgrader autograde` and formgrader run student code in the jail and let the judge decide points
    # (docs/security.md): nbgrader's own steps, with our engine in the place of `Execute`.
    c.Autograde.autograde_preprocessors = [
        JudgedExecute,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        SaveGrades,
        GrantExtraTime,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    # nbgrader reads a notebook, and the time of its hand-in, before its first preprocessor: ours reads what others
    # refuse.
    c.Autograde.exporter_class = SubmissionExporter
    # A damaged submission costs itself at most: nbgrader would stop the whole batch at a duplicated test cell, say.
    # SanitizeSubmission also clears outputs; it leaves the pictures of given cells, which grading does not draw again.
    c.Autograde.sanitize_preprocessors = [
        SanitizeSubmission,
        DeduplicateIds,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]


def _set_pages(c: Any) -> None:
    # formgrader shows a marking scheme to the marker as a text, without boxes of its own: it is worth no points.
    c.HTMLExporter.preprocessors = [ShowMarkingScheme]
    # Its first page would print the whole configuration: it wants that as JSON, which has no classes (our steps) and no
    # additions to defaults (`prepend`, `extend`), prints one long line instead, and warns in the log at each visit.
    c.FormgradeExtension.debug = False
    # Feedback shows students their own work and the messages of failed checks, never a hidden test. The page is the one
    # of `coursepack feedback`; its exporter reads the gradebook and hides tests itself.
    c.GenerateFeedback.exporter_class = FeedbackExporter
    c.GenerateFeedback.preprocessors = []
