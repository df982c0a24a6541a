"""Grade one notebook: student code in a jail, judged from outside, one record per test cell.

`grade_notebook.grade_notebook` is the way in; `worker.Worker` keeps what is expensive to start alive between notebooks.
"""
