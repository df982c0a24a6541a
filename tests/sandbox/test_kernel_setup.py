"""Is the kernel that grades the student's kernel? A plain one, as Jupyter starts it, and a graded one are compared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lab import Lab, added, said
from nbclient import NotebookClient
from tiny_course import source_notebook, text

from coursepack.grading.notebook.worker import Worker
from coursepack.sandbox import outputs
from coursepack.sandbox.in_jail import preload
from coursepack.sandbox.limits import Limits
from coursepack.settings import read_settings

PROBE = Path(__file__).with_name("probe.py").read_text(encoding="utf-8")
FIRST = """import sys as _sys
BEFORE, NAMES = [name for name in _sys.modules if "." not in name], list(globals())
for _name in {libraries}:
    try:
        __import__(_name)
    except ModuleNotFoundError:
        pass"""
REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "security.md"
PATIENT = {"cell_cpu_seconds": 60.0, "cell_wall_seconds": 240.0}


def run_plainly(folder: Path, *cells: str) -> list[Any]:
    """Return cells as a kernel ran them that jupyter_client started, in an empty folder and a bare environment."""
    work = folder / "home" / "work"
    work.mkdir(parents=True)
    home = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(work.parent), "PWD": str(work), "USER": "student"}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": str(work)}}).execute(env=home)
    assert outputs.clean_outputs(notebook.cells, Limits()) == ()
    return list(notebook.cells)


def run_graded(lab: Lab, *cells: str) -> list[Any]:
    """Return cells as a grading kernel ran them."""
    source = {**source_notebook(), "cells": [text("title", "# Nothing")]}
    submission = {**source, "cells": [*source["cells"], *map(added, cells)]}
    graded = lab.grade(submission, source=source, **PATIENT)
    assert graded.notes == ()
    return list(graded.notebook.cells[1:])


@pytest.fixture(scope="module")
def looks(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the probe says of a plain kernel, and of one that grades."""
    preloaded = read_settings(REPOSITORY).preload
    libraries = [name for name in (*preloaded, *preload.IMPORTS) if not name.startswith("subject_agent")]
    cells = FIRST.format(libraries=libraries), PROBE
    plain, graded = run_plainly(tmp_path_factory.mktemp("plain"), *cells)[-1], run_graded(lab, *cells)[-1]
    return json.loads(said(plain)), json.loads(said(graded))


def meant() -> dict[str, str]:
    """Return what the page on security says is different on purpose, and why."""
    section = PAGE.read_text(encoding="utf-8").split("## Where a graded kernel differs")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", section, re.MULTILINE)[1:])


def test_every_difference_to_a_plain_kernel_is_meant(looks: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Does docs/security.md name, with a reason, whatever a notebook can see that is not as in Jupyter?"""
    plain, graded = looks
    different = {name: (plain[name], graded[name]) for name in plain if plain[name] != graded[name]}
    assert {name: pair for name, pair in different.items() if name not in meant()} == {}


def test_the_page_lists_nothing_that_nobody_looks_at(looks: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Is every row of the page's table a thing that is compared?"""
    assert set(meant()) <= set(looks[0])
    assert all(len(reason) > 20 for reason in meant().values())


# What notebooks do that a kernel could do otherwise; each is a cell, and shows something.
HABITS = [
    "import matplotlib.pyplot as plt\nlines = plt.plot([1, 2])",
    "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\nplt.title('$x^2$')",
    "import numpy as np, pandas as pd\npd.DataFrame(np.arange(90).reshape(3, 30))",
    "1 + 1",
    "_, Out[4], _i, In[4]",
    "!echo said by the shell",
    "%%bash\necho said by bash",
    "%history -n 4",
    "input('a question?')",
    "import getpass\ngetpass.getpass()",
    "import asyncio\nprint(await asyncio.sleep(0, 'awaited'))",
    "import warnings\nwarnings.warn('careful')",
    "import logging\nlogging.warning('logged')",
    "%%writefile mine.py\nvalue = 3",
    "import mine\nmine.value",
    "%%writefile mine.py\nvalue, other = 4, 5",
    "import importlib\nimportlib.reload(mine)\nmine.value",
    "%run mine.py\nother",
    "1 / 0",
    "%who",
    "import sys\nsys.exit(3)",
    "import argparse\nargparse.ArgumentParser(prog='x').parse_args([])",
    "from IPython.display import Markdown, display\ndisplay(Markdown('**x**'))",
    "%%capture caught\nprint('caught')",
    "caught.stdout",
    "print('first')\ndisplay(Markdown('second'))\nprint('third', file=sys.stderr)\nprint('fourth', flush=True)",
    "from tqdm.auto import tqdm\nfor _ in tqdm(range(3), disable=True):\n    pass",
    "import multiprocessing\nwith multiprocessing.Pool(2) as pool:\n    print(pool.map(abs, [-1, 2]))",
    "import subprocess\ncommand = [sys.executable, '-c', 'import mine; print(mine.other)']\n"
    "subprocess.run(command, capture_output=True).stdout",
    "import torch\nnumbers = torch.utils.data.TensorDataset(torch.arange(4))\n"
    "[batch[0].tolist() for batch in torch.utils.data.DataLoader(numbers, num_workers=1, batch_size=2)]",
    "__file__",
    "import threading\nthread = threading.Thread(target=print, args=('from a thread',))\nthread.start(); thread.join()",
    "%load_ext autoreload\n%autoreload 2\nmine.value",
    "open('random.py', 'w').write('seed = 1')\nimport random\nrandom.seed",
    "%reset -f",
    "value",
]
CHANGING = re.compile(r"0x[0-9a-f]+|(?<=ipykernel_)\d+|/tmp/\S*")


def test_notebooks_show_what_they_show_in_jupyter(lab: Lab, tmp_path: Path) -> None:
    """Are outputs, errors and pictures those of a plain kernel, cell by cell?"""
    plain, graded = run_plainly(tmp_path, *HABITS), run_graded(lab, *HABITS)
    seen = {cell.source: (shown(cell), shown(other)) for cell, other in zip(plain, graded, strict=True)}
    assert {text: pair for text, pair in seen.items() if pair[0] != pair[1]} == {}
    assert sum(bool(pair[0]) for pair in seen.values()) > 25


def shown(cell: Any) -> list[Any]:
    """Return what a cell shows, without what changes each time."""
    texts: list[Any] = []
    for out in cell.outputs:
        said = [out.get("name"), out.get("text"), out.get("ename"), out.get("evalue"), *out.get("data", {}).values()]
        texts.append([out.output_type, sorted(out.get("data", {}))] + [CHANGING.sub("…", str(part)) for part in said])
    return texts


@pytest.mark.parametrize("seeded", ["random.random()", "np.random.rand()", "torch.rand(1).item()", "hash('x')"])
def test_the_same_notebook_meets_the_same_numbers(lab: Lab, seeded: str) -> None:
    """Do two kernels of one server, and a kernel of another one, start with the same random numbers?"""
    text = f"import random, torch, numpy as np\nprint({seeded})"
    first, second = lab.shown(text, **PATIENT), lab.shown(text, **PATIENT)
    with Worker(lab.worker.course) as other:
        assert first == second == Lab(other).shown(text, **PATIENT)


def test_is_a_bar_drawn_only_once_it_lasts(lab: Lab) -> None:
    """Does a short loop under tqdm's bar show nothing, and count all the same?"""
    bar = "import sys\nfrom tqdm import tqdm\nbar = tqdm(range(3), file=sys.stdout)\nprint(sum(bar), bar.n)"
    assert lab.shown(bar, **PATIENT)[0].split() == ["3", "3"]
