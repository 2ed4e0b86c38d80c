"""Measured numbers inside sentences: `[[pool-sizing.speedup]]`, `[[pool-sizing.p99.small]]`.

The first form is a quantity of a record, the second the median of a metric for one variant. They
stand wherever Markdown reads text: sentences, headings, table cells, lists, captions.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify, unique
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, AtomicString

from press.evidence.quantities import CSS_CLASS, PATTERN, Number, number
from press.evidence.records import MeasurementError, RecordError
from press.extensions import order
from press.extensions.reporting import keep_lines, line_in_prose, report


class _Numbers(InlineProcessor):  # type: ignore[misc]  # the library has no types
    """Puts the number in place of `[[…]]`, or the problem that keeps it from there."""

    def __init__(self, md: Markdown, page: _Page) -> None:
        super().__init__(PATTERN, md)
        self.page = page

    def handleMatch(  # noqa: N802 — Python-Markdown's name
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element, int, int]:
        """The element for one match, and where the match stands."""
        try:
            found = number(m[1])
        except MeasurementError as error:
            return self._problem(m[0], m[1].partition(".")[0], error), m.start(), m.end()
        self.page.drift.update(dict.fromkeys(found.drift))
        return _element(found), m.start(), m.end()

    def _problem(
        self, source: str, measurement: str, error: MeasurementError
    ) -> ElementTree.Element:
        # What is wrong with a record is wrong with each of its numbers; once is enough to know.
        if isinstance(error, RecordError):
            if measurement in self.page.reported:
                return _span(str(error))
            self.page.reported.add(measurement)
            source = f"[[{measurement}."
        line = line_in_prose(self.md, source)
        # A block cannot stand inside a sentence: its text does.
        block = ElementTree.fromstring(report(self.md, line, error.what, error.remedy))
        return _span("".join(block.itertext()))


class _Page(Treeprocessor):  # type: ignore[misc]  # the library has no types
    """What concerns the numbers of a page as a whole."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.drift: dict[str, None] = {}
        self.reported: set[str] = set()

    def run(self, root: ElementTree.Element) -> None:
        """Name the headings, say on what else the numbers were recorded, and forget the page."""
        _name_headings(root)
        if self.drift:
            root.append(_drift_note(list(self.drift)))
        self.drift = {}
        self.reported = set()


def _name_headings(root: ElementTree.Element) -> None:
    """Give headings that hold a number an id without it: links outlive the next measurement."""
    taken = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    for element in root.iter():
        if not re.fullmatch(r"h[1-6]", str(element.tag)) or "id" in element.attrib:
            continue
        measured = [child for child in element.iter("data") if child.get("class") == CSS_CLASS]
        if measured:
            without = ElementTree.tostring(element, encoding="unicode", method="text")
            for child in measured:
                without = without.replace(child.text or "", "", 1)
            without = HTML_PLACEHOLDER_RE.sub("", without)
            element.set("id", unique(slugify(without, "-"), taken))


def _element(number: Number) -> ElementTree.Element:
    element = ElementTree.fromstring(number.html())
    element.text = AtomicString(number.text)
    return element


def _drift_note(differences: list[str]) -> ElementTree.Element:
    note = ElementTree.Element("aside", {"class": "measured-drift", "role": "note"})
    paragraph = ElementTree.SubElement(note, "p")
    paragraph.text = AtomicString(f"Numbers on this page were {'; '.join(differences)}.")
    return note


def _span(message: str) -> ElementTree.Element:
    span = ElementTree.Element("span", {"class": "problem", "role": "alert"})
    span.text = AtomicString(message)
    return span


class NumbersExtension(Extension):  # type: ignore[misc]  # the library has no types
    """Adds measured numbers to Markdown."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        """Read `[[…]]` after code spans, so that code keeps its brackets."""
        keep_lines(md)
        page = _Page(md)
        md.inlinePatterns.register(_Numbers(md, page), "press_numbers", order.NUMBERS)
        md.treeprocessors.register(page, "press_numbers", order.PAGE_NUMBERS)


def makeExtension(**_options: Any) -> NumbersExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.extensions.numbers`."""
    return NumbersExtension()
