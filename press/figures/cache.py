"""Drawings that were made before, by what they were made from."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

DIRECTORY = Path(".cache/press/figures")


def drawn(record: bytes, arguments: Mapping[str, object], draw: Callable[[], str]) -> str:
    """What `draw` returns, drawn only if it was not drawn before from the same.

    Args:
        record: the bytes of the record.
        arguments: everything else the drawing depends on, as JSON holds it.
        draw: makes the drawing.
    """
    digest = hashlib.sha256(record)
    digest.update(json.dumps(arguments, sort_keys=True).encode())
    digest.update(_code())
    path = DIRECTORY / f"{digest.hexdigest()[:32]}.svg"
    if path.is_file():
        return path.read_text(encoding="utf-8")
    drawing = draw()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place: a build that is interrupted, or runs beside another, leaves no half file.
    handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(drawing)
    Path(unfinished).replace(path)
    return drawing


@cache
def _code() -> bytes:
    """A digest of the code that draws, so that a change to it draws anew."""
    here = Path(__file__).parent
    digest = hashlib.sha256(version("matplotlib").encode())
    for source in sorted([*here.rglob("*.py"), *(here.parent / "evidence").glob("*.py")]):
        digest.update(source.read_bytes())
    return digest.digest()
