"""The articles that a build publishes, as plain values: what lists, tags and feeds are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from press.sources.front_matter import PostMeta
from press.sources.pages import documents, posts
from press.sources.prose import words
from press.sources.settings import Settings


@dataclass(frozen=True)
class Article:
    """An article that is published.

    Attributes:
        path: its source, `docs/posts/pool.md`.
        url: its address, relative to the root of the site, with its final slash.
        words: how many a reader reads, code not counted.
        meta: its front matter.
    """

    path: str
    url: str
    words: int
    meta: PostMeta

    @property
    def tags(self) -> list[str]:
        """What it is about."""
        return self.meta.tags

    @property
    def day(self) -> date:
        """When it was published."""
        return self.meta.date.created


def articles(settings: Settings, now: datetime, *, drafts: bool) -> list[Article]:
    """The articles of a build, the newest first.

    Args:
        settings: where the sources are.
        now: the time of the build, which decides what is published.
        drafts: whether those that are not out yet are shown too, as a preview does.
    """
    shown = [
        Article(page.path, f"{meta.slug}/", words(page.body), meta)
        for page, meta in posts(documents(settings))
        if drafts or meta.published(now)
    ]
    return sorted(shown, key=lambda article: article.day, reverse=True)
