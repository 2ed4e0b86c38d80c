"""What is wrong with an article, as its front matter says it and its records bear it out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from press.checks.covers import check_cover
from press.checks.names import unknown_name
from press.evidence.records import MeasurementError, current
from press.problems import Finding
from press.sources.front_matter import Document, PostMeta
from press.sources.settings import Settings


def check_post(
    page: Document, meta: PostMeta, settings: Settings, now: datetime
) -> Iterator[Finding]:
    """Find what is wrong with one article, its text left aside.

    Args:
        page: the article.
        meta: its front matter.
        settings: the names that it may use.
        now: the time of the build, which decides what is published.
    """
    if meta.series and meta.series.name not in settings.series:
        line = page.line("series", "name")
        yield unknown_name(page, "series", "series", meta.series.name, settings.series, line)
    yield from _check_headline(page, meta, settings.root)
    yield from _check_dates(page, meta, now)
    yield from check_cover(page, meta, settings.docs)


def _check_headline(page: Document, meta: PostMeta, root: Path) -> Iterator[Finding]:
    if meta.headline is None:
        if not meta.draft:
            remedy = "Add headline: {measurement: …, quantity: …, label: …}, or draft: true."
            what = "an article earns its place with a measured number, and this one has none"
            yield Finding(page.path, 1, what, remedy)
        return
    key = "measurement"
    try:
        record = current(meta.headline.measurement, root)
        key = "quantity"
        record.quantity(meta.headline.quantity)
    except MeasurementError as error:
        yield Finding(page.path, page.line("headline", key), error.what, error.remedy)


def _check_dates(page: Document, meta: PostMeta, now: datetime) -> Iterator[Finding]:
    updated = meta.date.updated
    if updated and updated < meta.date.created:
        what = f"'date.updated' is before 'date.created', {meta.date.created}"
        yield Finding(page.path, page.line("date", "updated"), what, "Fix one of the two.")
    last = max((correction.date for correction in meta.corrections), default=None)
    if updated and last is None:
        remedy = f"Add corrections, a list, with {{date: {updated}, text: …}}."
        what = "'date.updated' is set, and no correction says what changed"
        yield Finding(page.path, page.line("date", "updated"), what, remedy)
    elif last != updated:
        what = f"the last correction is of {last}, and 'date.updated' is {updated or 'missing'}"
        yield Finding(page.path, page.line("corrections"), what, f"Set date.updated to {last}.")
    if meta.draft is False and not meta.model_copy(update={"draft": None}).published(now):
        what = f"'draft: false' publishes at once what is dated {meta.date.created}"
        yield Finding(page.path, page.line("draft"), what, "Delete the key to wait for that day.")
