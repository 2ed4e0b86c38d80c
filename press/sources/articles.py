"""The articles that a build publishes, as plain values: what lists, tags and feeds are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pymdownx.slugs import slugify

from press.sources.front_matter import PostMeta
from press.sources.pages import documents, posts
from press.sources.prose import words
from press.sources.settings import Settings

WORDS_PER_MINUTE = 220

_slugify = slugify(case="lower")


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
    def title(self) -> str:
        """What it claims, as text."""
        return self.meta.title

    @property
    def description(self) -> str:
        """What it is about, in a sentence."""
        return self.meta.description

    @property
    def tags(self) -> list[str]:
        """What it is about, in words that others share."""
        return self.meta.tags

    @property
    def created(self) -> date:
        """When it was published."""
        return self.meta.date.created

    @property
    def updated(self) -> date | None:
        """When it was last corrected, if it was."""
        return self.meta.date.updated

    @property
    def changed(self) -> date:
        """When it was last corrected, or else published."""
        return self.updated or self.created

    @property
    def minutes(self) -> int:
        """How long it takes to read, its code not counted."""
        return max(1, round(self.words / WORDS_PER_MINUTE))

    @property
    def categories(self) -> dict[str, str]:
        """The addresses of the categories it is filed under, by their names."""
        return {name: category_url(name) for name in self.meta.categories}


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
    return sorted(shown, key=lambda article: article.created, reverse=True)


def by_category(shown: list[Article]) -> dict[str, list[Article]]:
    """The articles filed under each category, categories in alphabetical order."""
    names = sorted({name for article in shown for name in article.meta.categories})
    return {name: [a for a in shown if name in a.meta.categories] for name in names}


def by_year(shown: list[Article]) -> dict[int, list[Article]]:
    """The articles of each year, the newest first."""
    years = sorted({article.created.year for article in shown}, reverse=True)
    return {year: [a for a in shown if a.created.year == year] for year in years}


def by_tag(shown: list[Article]) -> dict[str, list[Article]]:
    """The articles that carry each tag, tags in alphabetical order."""
    names = sorted({name for article in shown for name in article.tags})
    return {name: [a for a in shown if name in a.tags] for name in names}


def category_url(name: str) -> str:
    """The address of a category's page, relative to the root of the site."""
    return f"category/{_slugify(name, '-')}/"


def year_url(year: int) -> str:
    """The address of a year's page, relative to the root of the site."""
    return f"archive/{year}/"


def tag_url(tag: str) -> str:
    """The address of a tag's page, relative to the root of the site."""
    return f"tags/{_slugify(tag, '-')}/"


def lists(shown: list[Article]) -> dict[str, list[Article]]:
    """The articles of each page that lists some, by its address."""
    return {
        **{category_url(name): listed for name, listed in by_category(shown).items()},
        **{year_url(year): listed for year, listed in by_year(shown).items()},
        **{tag_url(name): listed for name, listed in by_tag(shown).items()},
    }
