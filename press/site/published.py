"""Which articles a site has: those whose pages the engine has built into it, drafts left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from press.sources.front_matter import Document, PostMeta
from press.sources.pages import documents, posts
from press.sources.settings import Settings


def published(site: Path, settings: Settings) -> Iterator[tuple[Document, PostMeta]]:
    """The articles of a built site, with their front matter."""
    for page, meta in posts(documents(settings)):
        if (site / meta.slug / "index.html").is_file():
            yield page, meta
