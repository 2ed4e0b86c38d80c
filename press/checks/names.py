"""Names that front matter uses and mkdocs.yml must know."""

from __future__ import annotations

from collections.abc import Iterator

from press.problems import Finding, close_and_existing
from press.repository import CONFIG
from press.sources.front_matter import Document


def check_names(
    page: Document, key: str, names: list[str], known: tuple[str, ...]
) -> Iterator[Finding]:
    """Find the names of a list that mkdocs.yml does not know, each with its line."""
    for at, name in enumerate(names):
        if name not in known:
            yield unknown_name(page, key, key, name, known, line=page.line(key, at))


def unknown_name(
    page: Document, key: str, setting: str, name: str, known: tuple[str, ...], line: int
) -> Finding:
    """The finding for a name that is not in `extra.SETTING` of mkdocs.yml."""
    existing = close_and_existing(name, known)
    remedy = f"{existing} If it is new, add it under extra.{setting} in {CONFIG}."
    return Finding(page.path, line, f"unknown name {name!r} in '{key}'", remedy)
