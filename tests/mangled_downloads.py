"""Downloads as an LMS gives them, with what goes wrong in real ones."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Iterable
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


def moodle(path: Path) -> Path:
    """Write Moodle's archive of six: renamed, in a zip file, a `(1)`, decomposed umlauts, and an attack."""
    decomposed = "Jo\u0308rg Gro\u00dfe_90216_assignsubmission_file"
    return write_zip(
        path,
        [
            ("Ann Archer_90211_assignsubmission_file/tiny.ipynb", text_of(RIGHT)),
            ("Ben Baker_90212_assignsubmission_file_/tiny (1).ipynb", text_of(WRONG)),
            ("Ben Baker_90212_assignsubmission_file_/tiny.ipynb", text_of(WORST)),
            ("Çelik Ünal_90213_assignsubmission_file/my homework.ipynb", text_of(RIGHT)),
            ("Çelik Ünal_90213_assignsubmission_onlinetext/onlinetext.html", b"<p>See the file.</p>"),
            (
                "Dora Dent_90214_assignsubmission_file/work.zip",
                zip_of(
                    [
                        ("work/tiny.ipynb", text_of(RIGHT)),
                        ("work/helper.py", b"THREE = 3\n"),
                        ("__MACOSX/work/._tiny.ipynb", b"\0"),
                        ("work/timestamp.txt", b"2001-01-01 00:00:00 UTC"),
                    ]
                ),
            ),
            ("Eve Evil_90215_assignsubmission_file/tiny.ipynb", text_of(WRONG)),
            ("Eve Evil_90215_assignsubmission_file/../../../climbed.ipynb", text_of(RIGHT)),
            (f"{decomposed}/tiny.ipynb", text_of(RIGHT)),
        ],
    )


def canvas(path: Path) -> Path:
    """Write Canvas's archive of five: late, attempts, umlauts, a zip file, a text in place of a file."""
    return write_zip(
        path,
        [
            ("archerann_5521_78100_tiny.ipynb", text_of(WORST)),
            ("archerann_5521_78123_tiny-1.ipynb", text_of(RIGHT)),
            ("archerann_5521_78124_helper-1.py", b"THREE = 3\n"),
            ("bakerben_LATE_5522_78130_tiny.ipynb", text_of(WRONG)),
            ("großejörg_5526_78140_abgabe.zip", zip_of([("Übung/tiny.ipynb", text_of(RIGHT))])),
            ("ünalçelik_5523_78150_Untitled-2.ipynb", text_of(RIGHT)),
            ("dentdora_5524_text.html", b"<p>I could not finish.</p>"),
            ("/etc/absolute_5525_78160_tiny.ipynb", text_of(RIGHT)),
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
