"""What is wrong between pages: one address for two, one part for two, links to what is not out."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote, urlsplit

from press.problems import Finding
from press.sources.front_matter import Document
from press.sources.pages import address, is_post, posts
from press.sources.prose import links


def check_addresses(pages: list[Document]) -> Iterator[Finding]:
    """Two pages at one address: the second would overwrite the first."""
    taken = {address(page): page.path for page in pages if not is_post(page.path)}
    for page, meta in posts(pages):
        if other := taken.get(meta.slug):
            what = f"the slug '{meta.slug}' is the address of {other} too"
            yield Finding(page.path, page.line("slug"), what, "Give one of the two another.")
        taken[meta.slug] = page.path


def check_series(pages: list[Document]) -> Iterator[Finding]:
    """Two articles at one place of a series."""
    taken: dict[tuple[str, int], str] = {}
    for page, meta in posts(pages):
        if meta.series:
            place = (meta.series.name, meta.series.part)
            if other := taken.get(place):
                what = f"part {meta.series.part} of '{meta.series.name}' is {other} already"
                yield Finding(page.path, page.line("series", "part"), what, "Give it another part.")
            taken[place] = page.path


def check_unpublished_links(pages: list[Document], now: datetime) -> Iterator[Finding]:
    """Links that a reader can follow to an article that is not out: dead in a built site."""
    waiting = {page.path: meta for page, meta in posts(pages) if not meta.published(now)}
    for page in pages:
        if page.path in waiting:
            continue
        for line, target in links(page.body):
            path = posixpath.join(posixpath.dirname(page.path), unquote(urlsplit(target).path))
            if meta := waiting.get(posixpath.normpath(path)):
                state = "a draft" if meta.draft else f"dated {meta.date.created}"
                what = f"the link leads to {posixpath.normpath(path)}, which is {state}"
                yield Finding(
                    page.path,
                    page.body_line + line - 1,
                    what,
                    "Delete the link until that article is out.",
                )
