"""Does a new course ask pip for the coursepack that made it, wherever that came from?"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from coursepack import __version__
from coursepack.authoring.init_course import init_course
from coursepack.authoring.own_requirement import own_requirement

PINNED = f"coursepack[grade]=={__version__}"
Installed = Callable[[dict[str, Any] | None], None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Return a function that lets coursepack seem to be installed from somewhere, as pip would record it."""

    def record(origin: dict[str, Any] | None) -> None:
        folder = tmp_path / "coursepack-1.dist-info"
        folder.mkdir()
        if origin is not None:
            (folder / "direct_url.json").write_text(json.dumps(origin), encoding="utf-8")
        monkeypatch.setattr(metadata, "distribution", lambda name: metadata.Distribution.at(folder))

    return record


def write_wheel(folder: Path) -> Path:
    """Write a wheel of this version that holds nothing but what pip reads of it."""
    folder.mkdir()
    wheel, info = folder / f"coursepack-{__version__}-py3-none-any.whl", f"coursepack-{__version__}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        metadata = f"Metadata-Version: 2.1\nName: coursepack\nVersion: {__version__}\nProvides-Extra: grade\n"
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def test_is_the_version_pinned_that_came_from_an_index(installed: Installed) -> None:
    installed(None)
    assert own_requirement() == (PINNED, None, "")


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        (
            {"url": "https://git.example/a/b.git", "vcs_info": {"vcs": "git", "commit_id": "f00d"}},
            "git+https://git.example/a/b.git@f00d",
        ),
        ({"url": "https://example.org/c-1.whl", "archive_info": {}}, "https://example.org/c-1.whl"),
    ],
)
def test_is_the_address_named_that_it_came_from(installed: Installed, origin: dict[str, Any], url: str) -> None:
    installed(origin)
    wanted = own_requirement()
    assert (wanted.archive, wanted.remedy) == (None, "")
    parsed = Requirement(wanted.lines)
    assert (parsed.name, parsed.extras, parsed.url) == ("coursepack", {"grade"}, url)


def test_does_pip_find_the_wheel_that_was_installed(installed: Installed, tmp_path: Path) -> None:
    """Is a copy of it in the course, where pip finds it without an index and from any folder?"""
    wheel = write_wheel(tmp_path / "made here")
    installed({"url": wheel.as_uri(), "archive_info": {}})
    course = tmp_path / "course"
    assert f"wheels/{wheel.name}" in init_course(course)
    asked = course / "requirements.txt"
    lines = asked.read_text(encoding="utf-8").splitlines()
    asked.write_text("\n".join(line for line in lines if not line.startswith("jupyterlab")), encoding="utf-8")
    download = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--no-index",
        "-d",
        str(tmp_path / "found"),
        "-r",
        str(asked),
    ]
    subprocess.run(download, cwd="/", check=True, capture_output=True)
    assert (tmp_path / "found" / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize("gone", [False, True])
def test_is_an_author_told_what_to_do_before_others_can_install(
    installed: Installed, tmp_path: Path, gone: bool
) -> None:
    """Also where the wheel was deleted since? And does no path of this machine stand in the course?"""
    place = tmp_path / ("coursepack-1.whl" if gone else "clone")
    if not gone:
        place.mkdir()
    installed({"url": place.as_uri(), "archive_info" if gone else "dir_info": {}})
    wanted = own_requirement()
    told = f"put {place.name} into wheels/" if gone else f"pip wheel --no-deps --wheel-dir wheels {place}"
    assert told in wanted.remedy
    assert wanted.lines.splitlines()[1:] == ["--find-links wheels", PINNED]
    assert str(tmp_path) not in wanted.lines
