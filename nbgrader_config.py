"""nbgrader's settings for this course: coursepack's own, and below them what only this course needs, with a reason."""

try:
    from coursepack.nbgrader_config import configure
except ImportError as error:
    # traitlets logs what a configuration raises, and nbgrader would go on without the jail; it does not catch this.
    raise SystemExit(f"nbgrader_config.py: nothing is done, for coursepack cannot be imported: {error}") from error

c = configure(get_config(), __file__)  # noqa: F821 - traitlets puts it here

c.CourseDirectory.course_id = "coursepack"

# A cell may train a network. CPU seconds: a busy machine changes no verdict.
c.JudgedExecute.timeout = 300
# `nbgrader validate` runs a notebook in an ordinary kernel. nbgrader's 30 s are too short for a cell that trains.
c.Execute.timeout = 300
# Importing torch while other kernels start takes longer than the default minute on a small machine.
c.Execute.startup_timeout = 180
