"""Downloads as an LMS gives them, with what goes wrong in real ones."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tiny_course import answered

RIGHT = answered()
WRONG = answered(treble="return 2 * number")
WORST = answered(double="return number", treble="return number")


def text_of(notebook: dict[str, Any]) -> bytes:
    """Return a notebook's file."""
    return json.dumps(notebook).encode()


def write_zip(path: Path, entries: Iterable[tuple[str, bytes]]) -> Path:
    """Write a zip file with these names and contents."""
    path.write_bytes(zip_of(entries))
    return path


def zip_of(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip file with these names and contents."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def link_to(target: str) -> tuple[zipfile.ZipInfo, bytes]:
    """Return a link as a zip file holds it."""
    info = zipfile.ZipInfo("link.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target.encode()


def as_it_is(student: str, notebook: dict[str, Any]) -> bytes:
    """Return the file of a student's notebook; other functions in its place may change it."""
    return text_of(notebook)


def moodle(path: Path, made: Callable[[str, dict[str, Any]], bytes] = as_it_is) -> Path:
    """Write Moodle's archive of six: renamed, in a zip file, a `(1)`, decomposed umlauts, and an attack."""
    decomposed = "Jo\u0308rg Gro\u00dfe_90216_assignsubmission_file"
    return write_zip(
        path,
        [
            ("Ann Archer_90211_assignsubmission_file/tiny.ipynb", made("ann", RIGHT)),
            ("Ben Baker_90212_assignsubmission_file_/tiny (1).ipynb", made("ben", WRONG)),
            ("Ben Baker_90212_assignsubmission_file_/tiny.ipynb", made("ben", WORST)),
            ("Çelik Ünal_90213_assignsubmission_file/my homework.ipynb", made("celik", RIGHT)),
            ("Çelik Ünal_90213_assignsubmission_onlinetext/onlinetext.html", b"<p>See the file.</p>"),
            (
                "Dora Dent_90214_assignsubmission_file/work.zip",
                zip_of(
                    [
                        ("work/tiny.ipynb", made("dora", RIGHT)),
                        ("work/helper.py", b"THREE = 3\n"),
                        ("__MACOSX/work/._tiny.ipynb", b"\0"),
                        ("work/timestamp.txt", b"2001-01-01 00:00:00 UTC"),
                    ]
                ),
            ),
            ("Eve Evil_90215_assignsubmission_file/tiny.ipynb", made("eve", WRONG)),
            ("Eve Evil_90215_assignsubmission_file/../../../climbed.ipynb", made("ann", RIGHT)),
            (f"{decomposed}/tiny.ipynb", made("joerg", RIGHT)),
        ],
    )


def canvas(path: Path, made: Callable[[str, dict[str, Any]], bytes] = as_it_is) -> Path:
    """Write Canvas's archive of five: late, attempts, umlauts, a zip file, a text in place of a file."""
    return write_zip(
        path,
        [
            ("archerann_5521_78100_tiny.ipynb", made("ann", WORST)),
            ("archerann_5521_78123_tiny-1.ipynb", made("ann", RIGHT)),
            ("archerann_5521_78124_helper-1.py", b"THREE = 3\n"),
            ("bakerben_LATE_5522_78130_tiny.ipynb", made("ben", WRONG)),
            ("großejörg_5526_78140_abgabe.zip", zip_of([("Übung/tiny.ipynb", made("joerg", RIGHT))])),
            ("ünalçelik_5523_78150_Untitled-2.ipynb", made("celik", RIGHT)),
            ("dentdora_5524_text.html", b"<p>I could not finish.</p>"),
            ("/etc/absolute_5525_78160_tiny.ipynb", made("dora", RIGHT)),
        ],
    )


ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section,tiny (4711),Total Current Score
    Points Possible,,,,,5,(read only)
"Archer, Ann",5521,s01,ann,A,,
"Baker, Ben",5522,s02,ben,A,,
"Ünal, Çelik",5523,s03,celik,B,,
"Dent, Dora",5524,s04,dora,B,,
"Evil, Eve",5525,s05,eve,B,,
"Große, Jörg",5526,s06,joerg,B,,
"Student, Test",5599,,,A,,
"""


def write_roster(path: Path) -> Path:
    """Write the class as Canvas exports its gradebook."""
    path.write_text(ROSTER, encoding="utf-8-sig")
    return path
