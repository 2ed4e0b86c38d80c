"""The built pages, parsed once for all tests that read them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser


@cache
def page(path: Path) -> LexborHTMLParser:
    """A built page; nobody changes it."""
    return LexborHTMLParser(path.read_text(encoding="utf-8"))


def pages(site: Path) -> dict[str, LexborHTMLParser]:
    """Every built page, by its path."""
    return {path.relative_to(site).as_posix(): page(path) for path in sorted(site.rglob("*.html"))}
