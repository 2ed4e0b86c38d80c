"""Symbolic links that would publish what does not belong to the site."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from press.problems import Finding
from press.repository import DOCS, SNIPPETS, TEMPLATES, is_inside

_REMEDY = "Put the file itself in its place, or delete the link."


def check_symbolic_links(root: Path) -> Iterator[Finding]:
    """Find links in what is published that lead out of it: MkDocs would follow them."""
    for name in (DOCS, SNIPPETS, TEMPLATES):
        folder = root / name
        for place, folders, files in os.walk(folder):
            for entry in sorted(folders + files):
                path = Path(place, entry)
                if path.is_symlink() and not is_inside(path, folder):
                    what = f"a link that leads out of {name}/"
                    yield Finding(path.relative_to(root).as_posix(), 1, what, _REMEDY)
