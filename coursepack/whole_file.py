"""Write files completely or not at all."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file, and its folder if there is none; whoever reads it meanwhile sees the earlier one.

    Args:
        path: the file.
        content: text is written as UTF-8.

    Raises:
        OSError: it cannot be written; the earlier file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    draft.replace(path)
