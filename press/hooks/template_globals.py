"""What templates are given: articles as plain values, headline figures, addresses.

Losing it costs decoration and never a guarantee.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypedDict

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from press.checks.covers import picture_size
from press.evidence.quantities import number
from press.evidence.records import MeasurementError
from press.hooks.preview import is_preview, root, source
from press.site import plain_markdown
from press.site.cards import card_address
from press.sources.articles import Article, articles, by_category, by_year, lists, tag_url, year_url
from press.sources.front_matter import Headline
from press.sources.settings import load_settings

RELATED = 3


class Shown(TypedDict):
    """The number that leads an article, as templates show it."""

    text: str
    value: str
    title: str
    label: str


def headline(named: Headline | None) -> Shown | None:
    """The headline figure of an article; None if it has none, or the checks refuse it."""
    if named is None:
        return None
    try:
        found = number(f"{named.measurement}.{named.quantity}")
    except MeasurementError:
        return None
    return Shown(text=found.text, value=f"{found.value:.10g}", title=found.title, label=named.label)


def cover_size(picture: Path) -> tuple[int, int] | None:
    """Width and height of a cover; None if there is none, or the checks refuse it."""
    try:
        return picture_size(picture)
    except OSError:
        return None


def related(path: str, tags: Sequence[str], shown: list[Article]) -> list[Article]:
    """The articles that share most tags with a page, the newest first among equals."""
    shared = [(len(set(tags).intersection(article.tags)), article) for article in shown]
    others = [(count, article) for count, article in shared if count and article.path != path]
    return [article for _, article in sorted(others, key=lambda other: -other[0])[:RELATED]]


def add(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Give templates what the pages do not hold."""
    built = {source(file) for file in files.documentation_pages()}
    every = articles(load_settings(root(config)), datetime.now(UTC), drafts=is_preview())
    shown = [article for article in every if article.path in built]
    by_path = {article.path: article for article in shown}
    listed = lists(shown)

    def article_of(page: Page | None) -> Article | None:
        return by_path.get(source(page.file)) if page else None

    env.globals |= {
        "articles": shown,
        "article_of": article_of,
        "card": card_address,
        "categories": by_category(shown),
        "cover_size": lambda cover: cover_size(Path(config.docs_dir, cover)),
        # Once a build: whether a record is current takes a look at every file behind it.
        "headline": cache(headline),
        "listed": lambda page: listed.get(page.url, []),
        "related": lambda page: related(source(page.file), page.meta.get("tags", ()), shown),
        "tag_url": tag_url,
        "twin": plain_markdown.NAME,
        "year_url": year_url,
        "years": by_year(shown),
    }
