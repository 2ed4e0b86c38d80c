"""Which page a Markdown converter is rendering: the one module that asks the engine.

MkDocs tells extensions nothing of the page. What it does is to register, with every converter,
processors of its own that hold the file, and Material's blog one more for excerpts. Those private
things are touched in `_engine`, `is_excerpt` and `add_anchor` and nowhere else; another engine
needs other bodies there, and no extension changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from markdown import Markdown

from press.sources.front_matter import first_line_of_body


@dataclass(frozen=True)
class Page:
    """The page being rendered.

    Attributes:
        path: the source as an author names it, `docs/posts/pool.md`.
        url: its address in the site, relative to the root, such as `pool/`.
        root: the repository.
        build: the same object for all pages of one build, another in the next.
        front_matter_lines: how many lines of the file precede the first line that is rendered.
        body_lines: how many lines of the file are rendered.
        excerpt: whether it is rendered for a list of posts rather than for its own page.
    """

    path: str
    url: str
    root: Path
    build: object
    front_matter_lines: int
    body_lines: int
    excerpt: bool

    def whole(self, text: str) -> bool:
        """Whether `text`, the Markdown being converted, is the page and not an excerpt of it."""
        return not self.excerpt and len(text.splitlines()) >= self.body_lines


def current_page(md: Markdown) -> Page | None:
    """The page that `md` renders, or None where it renders text of no file."""
    engine = _engine(md)
    if engine is None:
        return None
    file, files, config = engine
    path, front, body = file.src_uri, 0, 0
    # `mkdocs build -f mkdocs.yml` gives a relative path.
    root = Path(config.config_file_path).resolve().parent if config else Path.cwd()
    source = Path(file.abs_src_path) if file.abs_src_path else None
    if source is not None and source.is_file():
        front, body = _split(source, source.stat().st_mtime_ns)
        if source.is_relative_to(root):
            path = source.relative_to(root).as_posix()
    return Page(path, file.url, root, files, front, body, is_excerpt(md))


def is_excerpt(md: Markdown) -> bool:
    """Whether `md` renders a post for a list: the blog plugin registers one more tree processor."""
    return "excerpt" in md.treeprocessors


def add_anchor(md: Markdown, identifier: str) -> None:
    """Tell MkDocs of an id in HTML that it does not see, so that links to it are not refused."""
    if "mkdocs_extract_anchors" in md.treeprocessors:
        anchors = getattr(md.treeprocessors["mkdocs_extract_anchors"], "present_anchor_ids", None)
        if anchors is not None:
            anchors.add(identifier)


def _engine(md: Markdown) -> tuple[Any, Any, Any] | None:
    """The file, all files and the settings, from the processor that resolves relative links."""
    if "relpath" not in md.treeprocessors:
        return None
    links = md.treeprocessors["relpath"]
    file = getattr(links, "file", None)
    if file is None:
        return None
    return file, getattr(links, "files", None), getattr(links, "config", None)


@lru_cache(maxsize=1024)
def _split(source: Path, _mtime_ns: int) -> tuple[int, int]:
    """How many lines of a source file are front matter, and how many are its body."""
    lines = source.read_text(encoding="utf-8-sig").splitlines()
    front = first_line_of_body(lines) - 1
    while front < len(lines) and not lines[front]:
        front += 1  # the engine drops blank lines there
    return front, len(lines) - front
