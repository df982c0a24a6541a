"""Unpack a downloaded archive or folder without trusting a name or a size in it.

Files are stored under numbers, so that no name from an archive is ever a path on this machine. Archives inside archives
are opened too. What is not safe is refused by itself; everything else is still read.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from coursepack.errors import UNREADABLE, CoursepackError
from coursepack.grading.submission.folder_files import is_clutter

MAX_FILES = 50_000
# A class of 2,000 with notebooks of some MB, and one student's file.
MAX_TOTAL = 8 * 2**30
MAX_FILE = 256 * 2**20
# A notebook shrinks to a tenth, a very repetitive one to a hundredth; a bomb to a thousandth.
MAX_RATIO = 200
SMALL = 2**20
MAX_DEPTH = 4
MAX_NAME_BYTES = 255
CHUNK = 2**20
LINK = "it is a link"
_DRIVE = re.compile(r"[A-Za-z]:/")


@dataclass(frozen=True)
class Unpacked:
    """One file of an archive.

    Attributes:
        path: its path there, of safe parts joined by "/"; the name of an inner archive counts as a folder.
        stored: where its content is.
    """

    path: str
    stored: Path


@dataclass
class Contents:
    """What an archive holds.

    Attributes:
        files: the files that were read, in the archive's order.
        refused: paths that were not read, made printable, and why.
        clutter: paths of what systems and tools leave behind.
    """

    files: list[Unpacked] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    clutter: list[str] = field(default_factory=list)


def unpack(source: Path, into: Path) -> Contents:
    """Read an archive or a folder.

    Args:
        source: a zip file, a folder, or a single notebook.
        into: an empty folder for the files' contents.

    Raises:
        CoursepackError: there is nothing of this name, or it is no zip file.
    """
    reader = _Reader(into)
    if source.is_dir():
        reader.read_folder(source)
    elif not source.is_file():
        raise CoursepackError("there is no such file or folder", where=str(source), remedy=UNREADABLE)
    elif zipfile.is_zipfile(source):
        reader.read_zip(source, "", 1)
    elif source.suffix.lower() == ".ipynb":
        reader.keep(source.name, source.open("rb"))
    else:
        remedy = "unpack it yourself and name the folder"
        raise CoursepackError(
            "this is neither a folder nor a zip file that can be read", where=str(source), remedy=remedy
        )
    return reader.contents


def safe_path(name: str) -> str:
    """Return a name from an archive as a relative path in composed Unicode (NFC).

    Raises:
        ValueError: it climbs out, is absolute, or has a part that no file system takes; the text says which.
    """
    plain = unicodedata.normalize("NFC", name.replace("\\", "/"))
    if plain.startswith("/") or _DRIVE.match(plain):
        raise ValueError("its path is absolute")
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ValueError("its path climbs out of the folder")
    if not parts:
        raise ValueError("it has no name")
    if any(not character.isprintable() for part in parts for character in part):
        raise ValueError("its name has control characters")
    if any(len(part.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES for part in parts):
        raise ValueError("its name is too long")
    return "/".join(parts)


def decoded_name(info: zipfile.ZipInfo) -> str:
    """Return an entry's name; names without the mark of UTF-8 are tried as UTF-8 first, as macOS writes them."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def printable(text: str, longest: int = 200) -> str:
    """Return a name from an archive so that it can be shown on one line."""
    shown = "".join(one if one.isprintable() else "�" for one in text)
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


class _Reader:
    """Reads one archive with all that is in it, under limits on the whole."""

    def __init__(self, into: Path) -> None:
        self.contents, self._into, self._size, self._count = Contents(), into, 0, 0

    def read_folder(self, folder: Path) -> None:
        for path in _walk(folder):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                self._refuse(name, LINK)
            elif path.is_file():
                self._take(name, path.open("rb"), path.stat().st_size, 1)
            elif not path.is_dir():
                self._refuse(name, "it is not an ordinary file")

    def read_zip(self, archive: Path, inside: str, depth: int) -> None:
        """Read a zip file whose own path in the download is `inside`."""
        try:
            with zipfile.ZipFile(archive) as opened:
                for info in opened.infolist():
                    self._read_entry(opened, info, inside, depth)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            self._refuse(inside or archive.name, f"the zip file is damaged ({error})")

    def _read_entry(self, opened: zipfile.ZipFile, info: zipfile.ZipInfo, inside: str, depth: int) -> None:
        name = f"{inside}/{decoded_name(info)}" if inside else decoded_name(info)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() or name.endswith("/"):
            return
        if kind == stat.S_IFLNK:
            self._refuse(name, LINK)
        elif kind not in (0, stat.S_IFREG):
            self._refuse(name, "it is not an ordinary file")
        elif info.flag_bits & 0x1:
            self._refuse(name, "it is encrypted")
        elif info.file_size > max(SMALL, MAX_RATIO * info.compress_size):
            self._refuse(name, f"it would grow more than {MAX_RATIO} times")
        else:
            try:
                # A damaged entry is found while it is read: it costs only itself.
                self._take(_below(inside, decoded_name(info)), opened.open(info), info.file_size, depth)
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
                self._refuse(name, f"it is damaged ({error})")
            except ValueError as error:
                self._refuse(name, str(error))

    def _take(self, name: str, stream: IO[bytes], size: int, depth: int) -> None:
        with stream:
            try:
                path = safe_path(name)
            except ValueError as error:
                self._refuse(name, str(error))
                return
            if any(is_clutter(part) for part in path.split("/")):
                self.contents.clutter.append(path)
            elif size > MAX_FILE:
                self._refuse(path, f"it has more than {MAX_FILE // 2**20} MiB")
            elif len(self.contents.files) >= MAX_FILES:
                self._refuse(path, f"there are more than {MAX_FILES:,} files")
            elif self._size + size > MAX_TOTAL:
                self._refuse(path, f"all files together have more than {MAX_TOTAL // 2**30} GiB")
            else:
                self._store(path, stream, depth)

    def keep(self, name: str, stream: IO[bytes]) -> None:
        """Store one file."""
        self._take(name, stream, 0, 1)

    def _store(self, path: str, stream: IO[bytes], depth: int) -> None:
        self._count += 1
        stored = self._into / f"{self._count:06}"
        size = _copy(stream, stored)
        if size > MAX_FILE:
            stored.unlink()
            self._refuse(path, f"it has more than {MAX_FILE // 2**20} MiB")
            return
        self._size += size
        if not path.lower().endswith(".zip"):
            self.contents.files.append(Unpacked(path, stored))
        elif not zipfile.is_zipfile(stored):
            self._refuse(path, "it is called .zip but is not a zip file")
        elif depth >= MAX_DEPTH:
            self._refuse(path, f"zip files lie in zip files more than {MAX_DEPTH} deep")
        else:
            self.read_zip(stored, path, depth + 1)
            stored.unlink()

    def _refuse(self, name: str, why: str) -> None:
        self.contents.refused.append((printable(name), why))


def _below(inside: str, name: str) -> str:
    """Return an entry's path below its archive's; the entry alone must be safe."""
    return f"{inside}/{safe_path(name)}" if inside else name


def _copy(stream: IO[bytes], stored: Path) -> int:
    """Copy at most one byte more than a file may have, whatever size the archive gave; return the number of bytes."""
    size = 0
    with stored.open("wb") as out:
        while size <= MAX_FILE and (part := stream.read(min(CHUNK, MAX_FILE + 1 - size))):
            size += len(part)
            out.write(part)
    return size


def _walk(folder: Path) -> Iterator[Path]:
    """Yield everything below a folder, sorted, without entering links."""
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)


def clutter_folders(paths: Sequence[str]) -> dict[str, int]:
    """Return clutter by the folder or file that makes it clutter, with the number of files."""
    found: dict[str, int] = {}
    for path in paths:
        parts = path.split("/")
        end = next((place for place, part in enumerate(parts) if is_clutter(part)), len(parts) - 1)
        root = "/".join(parts[: end + 1]) + ("/…" if end < len(parts) - 1 else "")
        found[root] = found.get(root, 0) + 1
    return found
