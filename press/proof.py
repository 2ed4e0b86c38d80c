"""The proof: everything that is wrong with the sources of the site, found without building it.

It runs before a strict build (`python -m press build`), by itself (`python -m press proof`), in the
tests, and as the Markdown extension `press.proof` in `mkdocs serve` and `mkdocs build`, where each
page reports its own findings as warnings.
"""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from mkdocs.structure.files import Files

from press import measurements
from press.corpus import address, documents, is_one_of_many, is_post, posts
from press.covers import check_cover
from press.editorial import check_shape, check_wording
from press.finding import Finding
from press.frontmatter import Document, PostMeta
from press.link_lines import add_lines_to_link_warnings
from press.page import current_page
from press.problems import close_and_existing
from press.prose import links
from press.settings import CONFIG, Settings, SettingsError, load_settings
from press.unused import unused

FRONT_PAGE = "docs/index.md"

log = logging.getLogger("mkdocs.press")


def proof(root: Path, now: datetime) -> list[Finding]:
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
    findings += _check_slugs(pages)
    findings += _check_series(pages)
    findings += _check_links(pages, now)
    # Where a page cannot be read, what it uses is not known.
    if all(page.meta for page in pages):
        findings += unused(pages, root)
    return sorted(findings)


def _check_page(page: Document, settings: Settings, now: datetime) -> Iterator[Finding]:
    yield from page.findings
    if is_one_of_many(page.path):
        yield from check_wording(page.path, page.body, page.body_line)
    if isinstance(page.meta, PostMeta):
        yield from _check_names(page, "categories", page.meta.categories, settings.categories)
        yield from _check_names(page, "authors", page.meta.authors, settings.authors)
        yield from _check_post(page, page.meta, settings, now)
        if not page.meta.draft:
            yield from check_shape(page.path, page.body, page.body_line)
    if page.meta:
        yield from _check_names(page, "tags", page.meta.tags, settings.tags)


def _check_names(
    page: Document, key: str, names: list[str], known: tuple[str, ...]
) -> Iterator[Finding]:
    for at, name in enumerate(names):
        if name not in known:
            yield _unknown(page, key, key, name, known, line=page.line(key, at))


def _unknown(
    page: Document, key: str, setting: str, name: str, known: tuple[str, ...], line: int
) -> Finding:
    existing = close_and_existing(name, known)
    remedy = f"{existing} If it is new, add it under extra.{setting} in {CONFIG}."
    return Finding(page.path, line, f"unknown name {name!r} in '{key}'", remedy)


def _check_post(
    page: Document, meta: PostMeta, settings: Settings, now: datetime
) -> Iterator[Finding]:
    if meta.series and meta.series.name not in settings.series:
        line = page.line("series", "name")
        yield _unknown(page, "series", "series", meta.series.name, settings.series, line)
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
        record = measurements.current(meta.headline.measurement, root)
        key = "quantity"
        record.quantity(meta.headline.quantity)
    except measurements.MeasurementError as error:
        yield Finding(page.path, page.line("headline", key), error.what, error.remedy)


def _check_dates(page: Document, meta: PostMeta, now: datetime) -> Iterator[Finding]:
    updated = meta.date.updated
    if updated and updated < meta.date.created:
        what = f"'date.updated' is before 'date.created', {meta.date.created}"
        yield Finding(page.path, page.line("date", "updated"), what, "Mend one of the two.")
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


def _check_slugs(pages: list[Document]) -> Iterator[Finding]:
    """Two pages at one address: the second would overwrite the first."""
    taken = {address(page): page.path for page in pages if not is_post(page.path)}
    for page, meta in posts(pages):
        if other := taken.get(meta.slug):
            what = f"the slug '{meta.slug}' is the address of {other} too"
            yield Finding(page.path, page.line("slug"), what, "Give one of the two another.")
        taken[meta.slug] = page.path


def _check_series(pages: list[Document]) -> Iterator[Finding]:
    taken: dict[tuple[str, int], str] = {}
    for page, meta in posts(pages):
        if meta.series:
            place = (meta.series.name, meta.series.part)
            if other := taken.get(place):
                what = f"part {meta.series.part} of '{meta.series.name}' is {other} already"
                yield Finding(page.path, page.line("series", "part"), what, "Give it another part.")
            taken[place] = page.path


def _check_links(pages: list[Document], now: datetime) -> Iterator[Finding]:
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


class ProofExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Lets every page report what the proof found in it, as warnings and at its head.

    What concerns no page, such as a listing that none shows, is reported with the front page.
    """

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # the library's name
        """Register with a converter."""
        reader = _Reporter(md)
        md.preprocessors.register(reader, "press_proof", 201)
        md.treeprocessors.register(_Head(md, reader), "press_proof", 1)  # after the contents


class _Reporter(Preprocessor):  # type: ignore[misc]  # the library has no types
    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.html = ""

    def run(self, lines: list[str]) -> list[str]:
        self.html = ""
        page = current_page(self.md)
        if page and page.whole("\n".join(lines)):
            links = self.md.treeprocessors["relpath"]
            root = Path(links.config.config_file_path).parent
            add_lines_to_link_warnings(root)
            for finding in findings_by_page(root, links.files).get(page.path, ()):
                log.warning("%s", finding)
                self.html += f"{finding.html()}\n"
        return lines


class _Head(Treeprocessor):  # type: ignore[misc]  # the library has no types
    def __init__(self, md: Markdown, reporter: _Reporter) -> None:
        super().__init__(md)
        self.reporter = reporter

    def run(self, root: Element) -> None:
        if self.reporter.html:
            head = Element("p")  # the stash replaces it as a whole
            head.text = self.md.htmlStash.store(self.reporter.html)
            root.insert(0, head)


@lru_cache(maxsize=1)
def findings_by_page(root: Path, _files: Files) -> Mapping[str, list[Finding]]:
    """The findings by page. Every build has its own set of files, so each proves once."""
    by_page: dict[str, list[Finding]] = {}
    try:
        findings = proof(root, datetime.now(UTC))
    except SettingsError as error:
        findings = [error.finding]
    for finding in findings:
        page = finding.path if finding.path.endswith(".md") else FRONT_PAGE
        by_page.setdefault(page, []).append(finding)
    return by_page


def makeExtension(**options: Any) -> ProofExtension:  # noqa: N802  # the library's name
    """Make the extension; it has no options."""
    return ProofExtension(**options)
