"""A preview does not convert again the pages that did not change. Losing it costs time only.

An article is kept from one rebuild to the next while nothing that it is made of has changed: its
text, the listings, records, settings and captions that it could show, and the addresses that its
links could lead to. An article with a warning is converted each time, so that the warning is said
each time. A build converts everything.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

from press.extensions.page_findings import findings_by_page
from press.hooks.preview import is_preview, root, source
from press.repository import CONFIG, LOCK, MEASUREMENTS, SNIPPETS, TEST_RUN
from press.sources.pages import is_one_of_many

MADE_OF = (
    CONFIG,
    LOCK,
    TEST_RUN,
    MEASUREMENTS,
    "lab",
    SNIPPETS,
)


@dataclass(frozen=True)
class _Kept:
    """What a page was made of, and what came of it."""

    made_of: object
    html: str
    toc: TableOfContents
    title: str | None
    anchors: set[str]
    links: dict[str, dict[str, str]]


_kept: dict[str, _Kept] = {}


class _Warnings(logging.Handler):
    """Counts the warnings of all pages, to tell whether a page brought one."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


_warnings = _Warnings(logging.WARNING)


def listen_for_warnings() -> None:
    """Listen for warnings."""
    logging.getLogger("mkdocs").addHandler(_warnings)


def restore_or_convert(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Take the result of the last build where the page is made of the same."""
    path, place = source(page.file), root(config)
    if not is_preview() or not is_one_of_many(path):
        return
    kept = _kept.pop(path, None)
    if path in findings_by_page(place, files):
        return
    made_of = (markdown, _surroundings(place, files))
    if kept and kept.made_of == made_of:
        _kept[path] = kept
        page.render = partial(_restore, page, kept)  # type: ignore[method-assign]
    else:
        page.render = partial(_convert, page, path, made_of)  # type: ignore[method-assign]


def _restore(page: Page, kept: _Kept, _config: MkDocsConfig, files: Files) -> None:
    page.content, page.toc = kept.html, kept.toc
    page._title_from_render, page.present_anchor_ids = kept.title, kept.anchors
    found = ((files.get_file_from_path(path), links) for path, links in kept.links.items())
    page.links_to_anchors = {file: links for file, links in found if file}


def _convert(page: Page, path: str, made_of: object, config: MkDocsConfig, files: Files) -> None:
    before = _warnings.count
    type(page).render(page, config, files)
    if _warnings.count == before:
        _kept[path] = _Kept(
            made_of,
            page.content or "",
            page.toc,
            page._title_from_render,
            page.present_anchor_ids or set(),
            {file.src_uri: links for file, links in (page.links_to_anchors or {}).items()},
        )


@lru_cache(maxsize=1)
def _surroundings(place: Path, files: Files) -> object:
    """What else than its text an article may be made of; every build has its own set of files."""
    changed = tuple((path, path.stat().st_mtime_ns) for path in _files(place))
    return changed, tuple((file.src_uri, file.url) for file in files)


def _files(root_of_all: Path) -> Iterator[Path]:
    for name in MADE_OF:
        place = root_of_all / name
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (path for path in inside if path.is_file() and path.suffix != ".pyc")
