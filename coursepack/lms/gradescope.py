"""Read Gradescope's `submission_metadata.yml`: who handed a submission in, and when."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from coursepack.errors import CoursepackError
from coursepack.grading.submission.timestamps import parse
from coursepack.lms.file_names import Owner

MAX_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Submission:
    """One submission; a group's has several submitters.

    Attributes:
        submitters: who handed it in.
        moment: when, in UTC without a zone; None if the metadata do not say.
        late: whether Gradescope calls it late.
    """

    submitters: tuple[Owner, ...]
    moment: datetime.datetime | None
    late: bool


class _Loader(yaml.SafeLoader):
    """Reads Ruby's objects as the mappings that they are."""


def _as_plain(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _as_plain)


def read_metadata(path: Path) -> dict[str, Submission]:
    """Return the submissions by the names of their folders.

    Raises:
        CoursepackError: the file is not what Gradescope writes.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is too large")
        # Our subclass of the safe loader: it makes no objects.
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506
        return {str(name): _submission(fields, str(name)) for name, fields in content.items()}
    except (yaml.YAMLError, OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        what = f"Gradescope's metadata cannot be read: {str(error).splitlines()[0]}"
        raise CoursepackError(
            what,
            where="submission_metadata.yml",
            remedy="download the submissions from Gradescope again, and name the archive as it came",
        ) from error


def _submission(fields: dict[str, Any], name: str) -> Submission:
    number = name.rpartition("_")[2]
    people = tuple(
        Owner(
            name=str(one.get(":name") or ""),
            number=number,
            email=str(one.get(":email") or ""),
            sid=str(one.get(":sid") or ""),
        )
        for one in fields.get(":submitters") or ()
    )
    lateness = fields.get(":lateness") or fields.get(":late")
    return Submission(people, _moment(fields.get(":created_at")), bool(lateness))


def _moment(value: Any) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime):
        moment: datetime.datetime = value.astimezone(datetime.UTC) if value.tzinfo else value
        return moment.replace(tzinfo=None)
    try:
        return parse(value) if isinstance(value, str) else None
    except ValueError:
        return None
