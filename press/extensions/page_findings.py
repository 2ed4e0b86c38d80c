"""Lets every page report, while it is converted, what the checks of the sources found in it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from press.checks.sources import check_sources
from press.extensions import order
from press.extensions.page import current_page
from press.problems import Finding
from press.repository import FRONT_PAGE
from press.sources.settings import SettingsError

_NAME = "press_page_findings"

log = logging.getLogger("mkdocs.press")


class PageFindingsExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Lets every page report what the checks found in it, as warnings and at its head.

    What concerns no page, such as a listing that none shows, is reported with the front page.
    """

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # the library's name
        """Register with a converter."""
        reader = _Reporter(md)
        md.preprocessors.register(reader, _NAME, order.PAGE_FINDINGS)
        md.treeprocessors.register(_Head(md, reader), _NAME, order.PAGE_PROBLEMS)


class _Reporter(Preprocessor):  # type: ignore[misc]  # the library has no types
    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.html = ""

    def run(self, lines: list[str]) -> list[str]:
        self.html = ""
        page = current_page(self.md)
        if page and page.whole("\n".join(lines)):
            for finding in findings_by_page(page.root, page.build).get(page.path, ()):
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
def findings_by_page(root: Path, _build: object) -> Mapping[str, list[Finding]]:
    """The findings by page, found once in each build."""
    by_page: dict[str, list[Finding]] = {}
    try:
        findings = check_sources(root, datetime.now(UTC))
    except SettingsError as error:
        findings = [error.finding]
    for finding in findings:
        page = finding.path if finding.path.endswith(".md") else FRONT_PAGE
        by_page.setdefault(page, []).append(finding)
    return by_page


def makeExtension(**options: Any) -> PageFindingsExtension:  # noqa: N802  # the library's name
    """Make the extension; it has no options."""
    return PageFindingsExtension(**options)
