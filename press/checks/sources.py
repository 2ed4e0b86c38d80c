"""Everything that is wrong with the sources of the site, found without building it.

It runs before a strict build (`python -m press build`), by itself (`python -m press check`), in the
tests, and in `mkdocs serve` and `mkdocs build`, where each page reports its own findings
(`press.extensions.page_findings`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from press.checks.backend import check_backend
from press.checks.names import check_names, check_pages_of_names
from press.checks.posts import check_post
from press.checks.raw_html import check_raw_html
from press.checks.sayings import check_sayings
from press.checks.site_wide import check_addresses, check_series, check_unpublished_links
from press.checks.style import check_shape, check_wording
from press.checks.symbolic_links import check_symbolic_links
from press.checks.unused import unused
from press.problems import Finding
from press.sources.front_matter import Document, PostMeta
from press.sources.pages import documents, is_one_of_many
from press.sources.settings import Settings, load_settings


def check_sources(root: Path, now: datetime) -> list[Finding]:
    """Find everything that is wrong with the sources of the site.

    Args:
        root: the repository.
        now: the time of the build, which decides what is published.

    Raises:
        SettingsError: if mkdocs.yml cannot be read.
    """
    settings = load_settings(root)
    pages = documents(settings)
    findings = [finding for page in pages for finding in _check_page(page, settings, now)]
    findings += check_pages_of_names(settings)
    findings += check_symbolic_links(root)
    findings += check_addresses(pages)
    findings += check_series(pages)
    findings += check_unpublished_links(pages, now)
    findings += check_sayings(pages, root)
    # Where a page cannot be read, what it uses is not known.
    if all(page.meta for page in pages):
        findings += unused(pages, root)
        findings += check_backend(pages, root)
    return sorted(findings)


def _check_page(page: Document, settings: Settings, now: datetime) -> Iterator[Finding]:
    yield from page.findings
    yield from check_raw_html(page.path, page.body, page.body_line)
    if is_one_of_many(page.path):
        yield from check_wording(page.path, page.body, page.body_line)
    if isinstance(page.meta, PostMeta):
        yield from check_names(page, "categories", page.meta.categories, settings.categories)
        yield from check_names(page, "authors", page.meta.authors, settings.authors)
        yield from check_post(page, page.meta, settings, now)
        if not page.meta.draft:
            yield from check_shape(page.path, page.body, page.body_line)
    if page.meta:
        yield from check_names(page, "tags", page.meta.tags, settings.tags)
