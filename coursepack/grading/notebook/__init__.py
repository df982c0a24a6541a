"""Grade one notebook: run student code in a jail, judge it from outside, and record a verdict per test cell.

Start at `grade_notebook.grade_notebook`; `worker.Worker` keeps what is expensive to start alive between notebooks.
"""
