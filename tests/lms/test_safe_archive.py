"""Is an archive read without trusting a name or a size in it, and is everything that is refused told?"""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mangled_downloads import write_zip, zip_of

from coursepack.errors import CoursepackError
from coursepack.lms import safe_archive
from coursepack.lms.safe_archive import Contents, decoded_name, safe_path, unpack


def read(source: Path, tmp_path: Path) -> Contents:
    """Unpack into a fresh folder."""
    into = tmp_path / f"into-{len(list(tmp_path.iterdir()))}"
    into.mkdir()
    return unpack(source, into)


@given(st.text(max_size=60))
def test_a_safe_path_stays_inside(name: str) -> None:
    """Is whatever is not refused a relative path of ordinary parts?"""
    try:
        path = safe_path(name)
    except ValueError:
        return
    assert path and not path.startswith("/") and "\\" not in path
    assert all(part not in ("", ".", "..") and part.isprintable() for part in path.split("/"))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../x.ipynb", "climbs out"),
        ("a/../../x.ipynb", "climbs out"),
        ("a\\..\\..\\x.ipynb", "climbs out"),
        ("/etc/x.ipynb", "absolute"),
        ("C:\\x.ipynb", "absolute"),
        ("a\x1b[31m.ipynb", "control characters"),
        ("ä" * 200, "too long"),
        ("./.", "no name"),
    ],
)
def test_unsafe_names(name: str, why: str) -> None:
    """Is each kind of unsafe name refused for its own reason?"""
    with pytest.raises(ValueError, match=why):
        safe_path(name)


def test_one_bad_entry_costs_only_itself(tmp_path: Path) -> None:
    """Are links, climbing entries, bombs, damaged and wrong inner archives refused, and the rest read?"""
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = tmp_path / "hostile.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("good.ipynb", "{}")
        out.writestr(link, "/etc/passwd")
        out.writestr("../climbs.ipynb", "{}")
        out.writestr("bomb.ipynb", b"\0" * 30_000_000)
        out.writestr("inner.zip", zip_of([("deep/good.ipynb", b"{}"), ("../../climbs.ipynb", b"{}")]))
        out.writestr("broken.zip", b"PK\x03\x04 is not a zip file")
        out.writestr("__MACOSX/._good.ipynb", b"\0")
    found = read(archive, tmp_path)
    assert [one.path for one in found.files] == ["good.ipynb", "inner.zip/deep/good.ipynb"]
    assert [one.stored.read_bytes() for one in found.files] == [b"{}", b"{}"]
    assert dict(found.refused) == {
        "link.ipynb": "it is a link",
        "../climbs.ipynb": "its path climbs out of the folder",
        "bomb.ipynb": "it would grow more than 200 times",
        "inner.zip/../../climbs.ipynb": "its path climbs out of the folder",
        "broken.zip": "it is called .zip but is not a zip file",
    }
    assert found.clutter == ["__MACOSX/._good.ipynb"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hostile.zip", "into-1"]


def test_limits_on_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are too many files, too many bytes, too large a file and too deep a nest told, each by itself?"""
    monkeypatch.setattr(safe_archive, "MAX_FILES", 3)
    monkeypatch.setattr(safe_archive, "MAX_FILE", 1000)
    monkeypatch.setattr(safe_archive, "MAX_DEPTH", 2)
    nest = zip_of([("c.txt", b"c")])
    for depth in range(3):
        nest = zip_of([(f"{depth}.zip", nest)])
    entries = [("large", b"x" * 1001), ("nest.zip", nest), *((f"{number}", b"x") for number in range(4))]
    found = read(write_zip(tmp_path / "a.zip", entries), tmp_path)
    told = [why for _, why in found.refused]
    assert told == [
        "it has more than 0 MiB",
        "zip files lie in zip files more than 2 deep",
        "there are more than 3 files",
    ]
    assert [one.path for one in found.files] == ["0", "1", "2"]


def test_a_size_that_lies(tmp_path: Path) -> None:
    """Is an entry whose size in the directory is too small refused, and the others read?"""
    content = zip_of([("liar.ipynb", b"x" * 5000), ("honest.ipynb", b"{}")])
    directory = content.rindex(b"PK\x01\x02", 0, content.rindex(b"PK\x01\x02"))
    lying = bytearray(content)
    lying[directory + 24 : directory + 28] = struct.pack("<I", 10)
    (tmp_path / "a.zip").write_bytes(lying)
    found = read(tmp_path / "a.zip", tmp_path)
    assert [one.path for one in found.files] == ["honest.ipynb"]
    assert [path for path, _ in found.refused] == ["liar.ipynb"]


def test_an_encrypted_entry(tmp_path: Path) -> None:
    """Is an encrypted entry told as such?"""
    content = bytearray(zip_of([("secret.ipynb", b"{}")]))
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(start) + offset] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    assert read(tmp_path / "a.zip", tmp_path).refused == [("secret.ipynb", "it is encrypted")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
def test_names_without_a_mark_of_their_encoding(encoding: str) -> None:
    """Are umlauts read as macOS (UTF-8) and as Windows (code page 437) write them?"""
    info = zipfile.ZipInfo("x")
    info.filename = "Größe.ipynb".encode(encoding).decode("cp437")
    assert decoded_name(info) == "Größe.ipynb"


def test_a_folder_is_read_without_its_links(tmp_path: Path) -> None:
    """Is a link in a folder told and not followed, and are decomposed names composed?"""
    folder = tmp_path / "folder"
    (folder / "Jo\u0308rg").mkdir(parents=True)
    (folder / "Jo\u0308rg" / "ps1.ipynb").write_text("{}", encoding="utf-8")
    (folder / "link").symlink_to("/etc")
    found = read(folder, tmp_path)
    assert [one.path for one in found.files] == ["Jörg/ps1.ipynb"]
    assert found.refused == [("link", "it is a link")]


@given(content=st.binary(max_size=300), cut=st.integers(0, 400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_archive_breaks_the_reader(tmp_path: Path, content: bytes, cut: int) -> None:
    """Does any damaged zip file end in files, refusals, or one message?"""
    whole = zip_of([("a/b.ipynb", content), ("c.zip", zip_of([("d", content)]))])
    archive = tmp_path / "damaged.zip"
    archive.write_bytes(whole[:cut] + content + whole[cut:])
    try:
        found = read(archive, tmp_path)
    except CoursepackError as error:
        assert "readable zip file" in str(error)
        return
    assert all(one.stored.is_file() for one in found.files)


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    """Is a missing file, and one of another kind, told with what to do?"""
    (tmp_path / "a.rar").write_bytes(b"Rar!")
    with pytest.raises(CoursepackError, match="unpack it yourself"):
        read(tmp_path / "a.rar", tmp_path)
    with pytest.raises(CoursepackError, match="no such file"):
        read(tmp_path / "none.zip", tmp_path)
