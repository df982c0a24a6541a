"""The environment variables that student code is run and judged under: the only place that sets them.

| where it runs | gets |
|---|---|
| a kernel in the jail, or without it (`--unsafe-no-jail`) | `jailed`, and nothing else |
| a kernel that nbgrader starts: `nbgrader validate`, the worked notebooks | what it would have, and `ordinary` |
| the author's own answers, forked (`coursepack validate`) | what the process has, `forked`, and the course's secret |
| the judge | what the process has, `judging`, and the course's secret |
"""

from __future__ import annotations

import sys
from pathlib import Path

# Names the secret that changes what checks draw (`coursepack.course_secret`). No kernel in the jail has it.
SECRET = "COURSEPACK_SECRET"  # noqa: S105 (the variable's name)
# One thread on the CPU, whatever the machine has: what a notebook computes is then the same everywhere.
ONE_THREAD = {
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
# For glibc, where the system has large pages: training takes up to a fifth less time, for what PyTorch asks for and
# gives back at every step is no longer mapped and cleared in small pieces, and a fork takes half as long.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
# Tells a notebook whether it is graded. It may then train less than in the lesson: nobody looks at the curves.
# Nobody watches tqdm's bars either: they count from the start, but are drawn from their tenth second on: each
# drawing is a message of its own.
LESSON, GRADED = {"COURSE_GRADED": ""}, {"COURSE_GRADED": "1", "TQDM_DELAY": "10"}
# As in every kernel that draws into the notebook; the debugger, which every kernel imports, would warn.
IN_A_KERNEL = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def ordinary(data: Path | str | None) -> dict[str, str]:
    """Return what a kernel that Jupyter starts needs to compute as a graded one does, the whole lesson included.

    Args:
        data: the folder of data, as the kernel sees it.
    """
    return ONE_THREAD | LESSON | ({} if data is None else {"COURSE_DATA": str(data)})


def forked(data: Path | str | None) -> dict[str, str]:
    """Return what the author's own answers run under: they are graded, and nobody looks at their pictures."""
    return ordinary(data) | GRADED | {"MPLBACKEND": "agg"}


def jailed(data: Path | str | None) -> dict[str, str]:
    """Return all environment variables that student code sees."""
    return {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": "/tmp/home",  # noqa: S108 (as the kernels: some libraries look once)
        "USER": "student",  # nobody's name can be looked up
        "LANG": "C.UTF-8",
        **ordinary(data),
        **GRADED,
        **LARGE_PAGES,
        **IN_A_KERNEL,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def judging() -> dict[str, str]:
    """Return what the judge runs under: a reference computes as a student's kernel does."""
    return ONE_THREAD | LARGE_PAGES
