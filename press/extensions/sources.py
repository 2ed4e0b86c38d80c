"""The sources of an article in a fold: each is linked where it is used, and a list ends the page.

On a phone the list is a screen, and the last one that a reader wants.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from press.extensions import order

HEADING = "Sources"


class Fold(Treeprocessor):  # type: ignore[misc]  # the library has no types
    """Puts the list that follows the heading into a fold which says how many entries it has."""

    def run(self, root: Element) -> None:
        """Change the page."""
        for at, (heading, listed) in enumerate(pairwise(root), 1):
            if heading.tag == "h2" and heading.text == HEADING and listed.tag == "ul":
                fold = Element("details", {"class": "sources"})
                SubElement(fold, "summary").text = f"What we read, and for what: {len(listed)}"
                fold.tail, listed.tail = listed.tail, None
                root[at] = fold
                fold.append(listed)
                return


class SourcesExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Folds the sources of an article."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Change the list once it is there."""
        md.treeprocessors.register(Fold(md), "press_sources", order.SOURCES)


def makeExtension(**options: Any) -> SourcesExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.extensions.sources`."""
    return SourcesExtension(**options)
