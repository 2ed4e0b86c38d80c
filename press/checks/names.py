"""Names that front matter uses and mkdocs.yml must know, each with a page of its own."""

from __future__ import annotations

from collections.abc import Iterator

from press.problems import Finding, close_and_existing
from press.repository import CONFIG
from press.sources.articles import category_url, tag_url
from press.sources.front_matter import Document
from press.sources.settings import Settings

_PAGES = {"categories": category_url, "tags": tag_url}


def check_names(
    page: Document, key: str, names: list[str], known: tuple[str, ...]
) -> Iterator[Finding]:
    """Find the names of a list that mkdocs.yml does not know, each with its line."""
    for at, name in enumerate(names):
        if name not in known:
            yield unknown_name(page, key, key, name, known, line=page.line(key, at))


def check_pages_of_names(settings: Settings) -> Iterator[Finding]:
    """Find the categories and tags whose page would be that of another, or of none."""
    lines = (settings.root / CONFIG).read_text(encoding="utf-8").split("\n")
    extra = next((at for at, text in enumerate(lines, 1) if text.startswith("extra:")), 0)
    for key, address in _PAGES.items():
        taken: dict[str, str] = {}
        for name in getattr(settings, key):
            line = next((at for at, text in enumerate(lines, 1) if at > extra and name in text), 1)
            url = address(name)
            if url.endswith("//"):
                what = f"{name!r} in 'extra.{key}' makes no address"
                yield Finding(CONFIG, line, what, "Give it a letter or a digit.")
            elif url in taken:
                what = f"{taken[url]!r} and {name!r} in 'extra.{key}' have one address, {url}"
                yield Finding(CONFIG, line, what, "Rename one of the two.")
            taken[url] = name


def unknown_name(
    page: Document, key: str, setting: str, name: str, known: tuple[str, ...], line: int
) -> Finding:
    """The finding for a name that is not in `extra.SETTING` of mkdocs.yml."""
    existing = close_and_existing(name, known)
    remedy = f"{existing} If it is new, add it under extra.{setting} in {CONFIG}."
    return Finding(page.path, line, f"unknown name {name!r} in '{key}'", remedy)
