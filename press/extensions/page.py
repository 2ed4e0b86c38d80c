"""Which page a Markdown converter is rendering."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markdown import Markdown
from mkdocs.utils.meta import get_data


@dataclass(frozen=True)
class Page:
    """The page being rendered.

    Attributes:
        path: the source as an author names it, `docs/posts/pool.md`.
        front_matter_lines: how many lines of the file precede the first line that is rendered.
        body_lines: how many lines of the file are rendered.
        excerpt: whether it is rendered for a list of posts rather than for its own page.
    """

    path: str
    front_matter_lines: int
    body_lines: int
    excerpt: bool

    def whole(self, text: str) -> bool:
        """Whether `text`, the Markdown being converted, is the page and not an excerpt of it."""
        return not self.excerpt and len(text.splitlines()) >= self.body_lines


def current_page(md: Markdown) -> Page | None:
    """The page that `md` renders, or None where it renders text of no file.

    MkDocs and its blog plugin register a tree processor that resolves relative links, and that
    knows the file.
    """
    if "relpath" not in md.treeprocessors:
        return None
    links = md.treeprocessors["relpath"]
    file, config = getattr(links, "file", None), getattr(links, "config", None)
    if file is None:
        return None
    path, front, body = file.src_uri, 0, 0
    source = Path(file.abs_src_path) if file.abs_src_path else None
    if source is not None and source.is_file():
        front, body = _split(source, source.stat().st_mtime_ns)
        root = Path(config.config_file_path).parent if config is not None else Path.cwd()
        if source.is_relative_to(root):
            path = source.relative_to(root).as_posix()
    return Page(path, front, body, is_excerpt(md))


def is_excerpt(md: Markdown) -> bool:
    """Whether `md` renders a post for a list: the blog plugin registers one more tree processor."""
    return "excerpt" in md.treeprocessors


def add_anchor(md: Markdown, identifier: str) -> None:
    """Tell MkDocs of an id in HTML that it does not see, so that links to it are not refused."""
    if "mkdocs_extract_anchors" in md.treeprocessors:
        anchors = getattr(md.treeprocessors["mkdocs_extract_anchors"], "present_anchor_ids", None)
        if anchors is not None:
            anchors.add(identifier)


@lru_cache(maxsize=1024)
def _split(source: Path, _mtime_ns: int) -> tuple[int, int]:
    """How many lines of a source file are front matter, and how many are its body."""
    text = source.read_text(encoding="utf-8-sig")
    body, _ = get_data(text)
    return text.count("\n") - body.count("\n"), len(body.splitlines())
