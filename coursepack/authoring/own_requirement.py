"""How a new course asks pip for the coursepack that made it, whether or not that version is on PyPI."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from coursepack import __version__

NAME = "coursepack[grade]"
WHEELS = "wheels"
PINNED = f"{NAME}=={__version__}"
FROM_WHEELS = f"# pip also looks for coursepack in {WHEELS}/.\n--find-links {WHEELS}\n{PINNED}"


class OwnRequirement(NamedTuple):
    """What `coursepack init` writes about coursepack itself.

    Attributes:
        lines: lines for requirements.txt.
        archive: a wheel or source distribution that belongs into the course's `wheels/`.
        remedy: what the author must do before the lines work; empty if they work as they are.
    """

    lines: str
    archive: Path | None = None
    remedy: str = ""


def own_requirement() -> OwnRequirement:
    """Return a requirement that installs this very coursepack, from where it was installed here.

    pip records where a package came from, unless it came from an index
    (https://packaging.python.org/en/latest/specifications/direct-url/).
    """
    try:
        recorded = metadata.distribution("coursepack").read_text("direct_url.json")
    except metadata.PackageNotFoundError:  # run from a folder that is not installed
        return _from_folder(Path(__file__).parents[2])
    return _from_record(json.loads(recorded)) if recorded else OwnRequirement(PINNED)


def _from_record(record: dict[str, Any]) -> OwnRequirement:
    url = str(record["url"])
    if "vcs_info" in record:
        vcs = record["vcs_info"]
        return OwnRequirement(f"{NAME} @ {vcs['vcs']}+{url}@{vcs['commit_id']}")
    if urlsplit(url).scheme != "file":
        return OwnRequirement(f"{NAME} @ {url}")
    path = Path(unquote(urlsplit(url).path))
    return OwnRequirement(FROM_WHEELS, path) if path.is_file() else _from_folder(path)


def _from_folder(path: Path) -> OwnRequirement:
    """Return what asks for a wheel that is still to be made, from a folder or from where an archive lay."""
    make = f"pip wheel --no-deps --wheel-dir {WHEELS} {path}" if path.is_dir() else f"put {path.name} into {WHEELS}/"
    remedy = (
        f"requirements.txt asks for coursepack {__version__}, which was installed from {path} and may not be on PyPI"
    )
    return OwnRequirement(FROM_WHEELS, remedy=f"{remedy}. Give the course its wheel, in the course's folder:\n  {make}")
