"""The strict build: all checks, then the whole site, or no new site at all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from press.checks.links import crawl
from press.checks.sources import check_sources
from press.problems import Finding, listed
from press.repository import SITE
from press.site.assets import name_assets
from press.site.cards import draw_cards
from press.site.engine import BuildError, convert
from press.site.feeds import write_feeds
from press.site.indexes import write_indexes
from press.site.ledger import write_ledger
from press.site.plain_markdown import write_twins
from press.site.postgres import add_postgres
from press.site.published import published
from press.site.search_index import index_search
from press.sources.articles import articles
from press.sources.pages import documents, sources
from press.sources.settings import Settings, load_settings

Step = Callable[[Path, Settings], list[Finding]]
"""Completes or checks a freshly built site, and returns what is wrong with it."""


def check_links(site: Path, settings: Settings) -> list[Finding]:
    """Find what leads nowhere in a built site."""
    return list(crawl(site, settings.site_url, sources(documents(settings))).findings)


def write_for_programs(site: Path, settings: Settings) -> list[Finding]:
    """Write feeds, sitemap, indexes and the ledger of what a site publishes."""
    # What is published is what is there: the engine decided it a moment ago.
    slugs = {meta.slug for _, meta in published(site, settings)}
    every = articles(settings, datetime.now(UTC), drafts=True)
    shown = [article for article in every if article.meta.slug in slugs]
    write_feeds(site, settings, shown)
    write_indexes(site, settings, shown)
    write_ledger(site, settings)
    return []


# What happens to a site that MkDocs has built, in this order: what adds files, then the crawl.
STEPS: tuple[Step, ...] = (
    draw_cards,
    write_twins,
    write_for_programs,
    add_postgres,
    name_assets,
    index_search,
    check_links,
)


def build(root: Path, now: datetime, site: Path = Path(SITE)) -> None:
    """Prove the sources, build the site aside, complete and check it, and only then publish it.

    Args:
        root: the repository.
        now: the time of the build, which decides what is published.
        site: where the site goes, relative to `root` if not absolute. A failed build leaves what
            is there as it is.

    Raises:
        SettingsError: if mkdocs.yml cannot be read.
        BuildError: if anything is wrong, warnings included.
    """
    settings = load_settings(root)
    _stop_for(check_sources(root, now))
    site = root / site
    staging = site.with_name(f"{site.name}.new")
    shutil.rmtree(staging, ignore_errors=True)
    try:
        # Markdown extensions resolve the paths in a page against the current directory.
        with contextlib.chdir(root):
            convert(root, staging)
        for step in STEPS:
            _stop_for(step(staging, settings))
        _publish(staging, site)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _stop_for(findings: list[Finding]) -> None:
    if findings:
        raise BuildError(listed(findings))


def _publish(staging: Path, site: Path) -> None:
    """Put the new site where the old one was."""
    old = site.with_name(f"{site.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    staging.rename(site)
    shutil.rmtree(old, ignore_errors=True)
