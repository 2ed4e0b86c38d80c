"""The built pages, parsed once for all tests that read them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup


@cache
def soup(page: Path) -> BeautifulSoup:
    """A built page; nobody changes it."""
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def pages(site: Path) -> dict[str, BeautifulSoup]:
    """Every built page, by its path."""
    return {page.relative_to(site).as_posix(): soup(page) for page in sorted(site.rglob("*.html"))}
