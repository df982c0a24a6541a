"""Does a kernel own what it has open, and can nothing that it inherited close any of it?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lab import Lab, said, with_cell

PATIENT = {"cell_cpu_seconds": 60.0, "cell_wall_seconds": 120.0}
OPEN = """import os
def is_open():
    links = {name: f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")}
    return {name: os.readlink(link) for name, link in links.items() if os.path.islink(link)}"""
# Whatever the server had is frozen: it is found where it is unfrozen, and nowhere before.
LET_GO = """import gc, io, socket
own, before = {id(each) for each in gc.get_objects()}, is_open()
gc.unfreeze()
inherited = [each for each in gc.get_objects() if id(each) not in own]
for each in inherited:
    if type(each).__name__ == "_lru_cache_wrapper":
        each.cache_clear()
    elif issubclass(type(each), socket.socket) or issubclass(type(each), io.FileIO) and each.closefd:
        each.close()
del inherited, each
gc.collect()
print({number for number, target in before.items() if is_open().get(number) != target and target != '/dev/null'})"""
PLOTS = "import matplotlib.pyplot as plt\nfor power in range(1, 9):\n    plt.loglog([1, 10, 100], [power] * 3)\n"
FONTS = """import matplotlib.pyplot as plt
from matplotlib import font_manager
for number, font in enumerate(font_manager.fontManager.ttflist):
    plt.text(0, number, "Text $\\\\frac{x^2}{\\\\alpha}$", fontname=font.name)
"""
# What a notebook draws and opens; a kernel that lost a descriptor to it would not be there for the next cell.
HABITS = {
    "logarithmic axes": PLOTS + "    plt.show()",
    "one figure with many": PLOTS + "plt.show()",
    "formulas": "".join(f"plt.figure(); plt.title('$x^{power}$'); plt.show()\n" for power in range(9)),
    "all fonts": FONTS + "plt.show()",
    "font sets": "for name in ('cm', 'stix', 'stixsans', 'dejavuserif'):\n    plt.rcParams['mathtext.fontset'] = name\n"
    "    plt.figure(); plt.title('$\\\\int x$'); plt.show()",
    "pictures": "from PIL import Image\nImage.new('L', (4, 4)).save('a.png')\n"
    "kept = [Image.open('a.png') for _ in range(9)]",
    "other formats": "import io\nfor kind in ('svg', 'pdf', 'png'):\n"
    "    plt.title('$y$'); plt.savefig(io.BytesIO(), format=kind)",
}


def test_a_fresh_kernel_holds_nothing_but_its_own(lab: Lab) -> None:
    """Is everything open either the kernel's own or leading nowhere?"""
    [_, shown] = lab.shown(OPEN, "print(sorted({target.split('[')[0].rstrip(':') for target in is_open().values()}))")
    assert set(eval(shown)) <= {"/dev/null", "anon_inode", "pipe", "socket"} | {f"/proc/{n}/fd" for n in range(9)}


def test_what_was_inherited_closes_nothing_of_the_kernels(lab: Lab) -> None:
    """May every file, socket and cache that came from the server go, by collection or by hand?"""
    *_, closed, after = lab.shown(OPEN, LET_GO, PLOTS + "plt.show(); print('alive')", **PATIENT)
    assert closed == "set()"
    assert after == "alive"


@pytest.mark.parametrize("habit", HABITS)
def test_drawing_ends_no_kernel(lab: Lab, habit: str) -> None:
    """Does a notebook keep its kernel whatever it draws and opens, and however often?"""
    text = "import gc\nimport matplotlib.pyplot as plt\n" + HABITS[habit] + "\nplt.close('all')\ngc.collect()"
    graded = lab.grade(with_cell(text), **PATIENT)
    assert [said(cell) for cell in graded.notebook.cells if cell.cell_type == "code" and "Error" in said(cell)] == []
    assert (graded.points, graded.notes) == (5, ())


# A server has something open, forks, lets go of it in the fork; then a pipe of the fork's own must still be there.
FORK = """import gc, io, logging, mmap, multiprocessing, os, socket, sys, tempfile, zipfile
from coursepack.sandbox.in_jail import processes
path = sys.argv[1]
owner = {owner}
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    processes._lead_nowhere(writer)
    own = [os.pipe() for _ in range(9)]
    del owner
    gc.collect()
    for each in own:
        os.write(each[1], b"x")
    os.write(writer, b"".join(os.read(each[0], 1) for each in own) + repr({seen}).encode())
    os._exit(0)
os.close(writer)
print(os.read(reader, 99).decode())
"""
OWNERS = {
    "a file": "open(path)",
    "a font's file": "[io.BufferedReader(io.FileIO(path)) for _ in range(3)]",
    "a socket": "socket.socketpair()",
    "a log": "[logging.FileHandler(path)]",
    "a pipe": "multiprocessing.Pipe()",
    "an archive": "zipfile.ZipFile(tempfile.TemporaryFile(), 'w')",
    "a directory": "os.scandir('/')",
}


@pytest.mark.parametrize("what", OWNERS)
def test_a_descriptor_is_led_nowhere_under_its_owner(tmp_path: Path, what: str) -> None:
    """Does an owner that goes after the fork close nothing that the fork opened?"""
    (tmp_path / "file").write_text("secret", encoding="utf-8")
    script = FORK.format(owner=OWNERS[what], seen="b''")
    assert forked(script, tmp_path / "file") == "x" * 9 + "b''"


def test_nothing_can_be_read_of_what_was_inherited(tmp_path: Path) -> None:
    """Is a file that the server had open empty for its fork?"""
    (tmp_path / "file").write_text("secret", encoding="utf-8")
    script = FORK.format(owner="[number := os.open(path, os.O_RDONLY)]", seen="os.read(number, 99)")
    assert forked(script, tmp_path / "file") == "x" * 9 + "b''"


def forked(script: str, path: Path) -> str:
    """Return what a script says about its fork."""
    command = [sys.executable, "-W", "ignore", "-c", script, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
