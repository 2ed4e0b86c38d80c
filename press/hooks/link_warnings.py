"""The line of a broken link, which MkDocs reports with the name of its page only."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from press.repository import page_source
from press.sources.prose import links

_WARNING = re.compile(
    r"Doc file '(?P<page>[^']+)' contains (?P<what>an? [a-z ]*link '(?P<target>[^']+)'.*)",
    re.DOTALL,
)


def add_lines_to_link_warnings(root: Path) -> None:
    """Let MkDocs' warnings of broken links and anchors name the file and the line.

    MkDocs remains the judge. If it words a warning in a way that is not known here, that warning
    is shown as it is.

    Args:
        root: the repository that the next pages belong to.
    """
    _lines.root = root
    logging.getLogger("mkdocs.structure.pages").addFilter(_lines)


class _Lines(logging.Filter):
    root = Path()

    def filter(self, record: logging.LogRecord) -> bool:
        found = _WARNING.fullmatch(record.getMessage())
        if found:
            path = page_source(found["page"])
            line = _line_of_link(self.root / path, found["target"])
            record.msg = f"{path}:{line}: it contains {found['what']} Fix the link or its target."
            record.args = ()
        return True


def _line_of_link(source: Path, target: str) -> int:
    """The line on which a page first links to a target; 1 if the link is not in its source."""
    if not source.is_file():
        return 1
    text = source.read_text(encoding="utf-8-sig")
    return next((line for line, found in links(text) if found == target), 1)


_lines = _Lines()
