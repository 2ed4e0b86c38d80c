"""What templates are given: headline figures, reading times, related articles, addresses.

Losing it costs decoration and never a guarantee.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from press.checks.covers import picture_size
from press.evidence.quantities import number
from press.evidence.records import MeasurementError
from press.hooks.feeds import for_feed
from press.site import plain_markdown as twins
from press.site.cards import card_address
from press.sources.articles import tag_url
from press.sources.prose import words

WORDS_PER_MINUTE = 220
RELATED = 3

log = logging.getLogger("mkdocs.press")


class Headline(TypedDict):
    """The number that leads an article, as templates show it."""

    text: str
    value: str
    title: str
    label: str


def headline(meta: Mapping[str, Any]) -> Headline | None:
    """The headline figure of an article; None if it has none, or the checks refuse it."""
    named = meta.get("headline")
    if not named:
        return None
    try:
        found = number(f"{named['measurement']}.{named['quantity']}")
    except MeasurementError:
        return None
    return Headline(
        text=found.text, value=f"{found.value:.10g}", title=found.title, label=named["label"]
    )


def cover_size(picture: Path) -> tuple[int, int] | None:
    """Width and height of a cover; None if there is none, or the checks refuse it."""
    try:
        return picture_size(picture)
    except OSError:
        return None


def reading_time(page: Page) -> int:
    """How many minutes it takes to read a page, its code not counted."""
    return max(1, round(words(page.markdown or "") / WORDS_PER_MINUTE))


def related(page: Page, posts: list[Page]) -> list[Page]:
    """The articles that share most tags with this one, the newest first among equals."""
    tags = set(page.meta.get("tags", ()))
    shared = [(len(tags.intersection(post.meta.get("tags", ()))), post) for post in posts]
    others = [(count, post) for count, post in shared if count and post is not page]
    return [post for _, post in sorted(others, key=lambda other: -other[0])[:RELATED]]


def add(env: Environment, config: MkDocsConfig) -> None:
    """Give templates what the pages do not hold."""
    plugin: Any = config.plugins["material/blog"]
    known: dict[str, Headline | None] = {}

    def headline_of(meta: Mapping[str, Any]) -> Headline | None:
        # Once a build: whether a record is current takes a look at every file behind it.
        named = str(meta.get("headline"))
        if named not in known:
            known[named] = headline(meta)
        return known[named]

    env.globals |= {
        "card": card_address,
        "cover_size": lambda cover: cover_size(Path(config.docs_dir, cover)),
        "headline": headline_of,
        "markdown_text": twins.markdown_text,
        "for_feed": for_feed,
        "reading_time": reading_time,
        "tag_address": tag_url,
        "related": lambda page: related(page, plugin.blog.posts),
        "twin": lambda page: twins.NAME,
    }
