"""Tables without inline styles, which the Content-Security-Policy forbids, that scroll.

Columns are aligned by classes, and each table stands in a box that scrolls on a narrow screen.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from press.extensions import order

_BOX = {"class": "table", "role": "group", "aria-label": "Table", "tabindex": "0"}
_ALIGNMENT = re.compile(r"text-align: (left|center|right);")


class Alignment(Treeprocessor):  # type: ignore[misc]  # the library has no types
    """Turns the style of each table cell into a class: `align-left`, `-center` or `-right`."""

    def run(self, root: Element) -> None:
        """Change the cells of the page."""
        for cell in (cell for cell in root.iter() if cell.tag in {"th", "td"}):
            alignment = _ALIGNMENT.fullmatch(cell.get("style", ""))
            if alignment:
                del cell.attrib["style"]
                classes = [*cell.get("class", "").split(), f"align-{alignment[1]}"]
                cell.set("class", " ".join(classes))


class Scrolling(Treeprocessor):  # type: ignore[misc]  # the library has no types
    """Puts each table in a box that scrolls, also by keyboard, so that the page need not."""

    def run(self, root: Element) -> None:
        """Wrap the tables of the page."""
        for parent in list(root.iter()):
            for at, child in enumerate(parent):
                if child.tag == "table" and parent.get("class") != _BOX["class"]:
                    box = Element("div", _BOX)
                    box.tail, child.tail = child.tail, None
                    box.append(child)
                    parent[at] = box


class TablesExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Replaces the inline styles of the `tables` extension."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Change cells and tables once they are there."""
        md.treeprocessors.register(Alignment(md), "press_tables", order.TABLE_ALIGNMENT)
        md.treeprocessors.register(Scrolling(md), "press_table_boxes", order.TABLE_BOXES)


def makeExtension(**options: Any) -> TablesExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.extensions.tables`."""
    return TablesExtension(**options)
