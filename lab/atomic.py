"""Writing in one step."""

import os
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Write the file in one step, as `replace_bytes` does, with the line ends that it has here."""
    replace_bytes(path, text.encode())


def replace_bytes(path: Path, content: bytes) -> None:
    """Write the file in one step: a reader sees the old content or the new, never a part.

    Its directory is made if there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
