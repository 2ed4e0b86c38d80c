"""Measured numbers inside sentences: `[[pool-sizing.speedup]]`, `[[pool-sizing.p99.small]]`.

The first form is a quantity of a record, the second the median of a metric for one variant. They
stand wherever Markdown reads text: sentences, headings, table cells, lists, captions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify, unique
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, AtomicString

from press.extensions.lines import keep_lines, line_in_prose
from press.evidence.records import (
    MeasurementError,
    RecordError,
    Spread,
    current,
    drift,
    names,
)
from press.problems import close_and_existing, report
from press.evidence.units import format_range, format_value

_PATTERN = r"\[\[([^\[\]\n]+)\]\]"
_AFTER_CODE_BEFORE_LINKS = 175
_AFTER_ATTRIBUTES_BEFORE_CONTENTS = 6
_CLASS = "measured"


@dataclass(frozen=True)
class Number:
    """A measured number as a page shows it.

    Attributes:
        measurement: the record it comes from.
        value: the median, in the recorded unit.
        text: the median as readers see it.
        title: how many runs, their spread, and when.
        drift: how the libraries it was measured with differ from the locked ones.
    """

    measurement: str
    value: float
    text: str
    title: str
    drift: tuple[str, ...]

    def element(self) -> ElementTree.Element:
        """The number as an HTML `data` element."""
        element = ElementTree.Element(
            "data", {"class": _CLASS, "value": f"{self.value:.10g}", "title": self.title}
        )
        element.text = AtomicString(self.text)
        return element

    def html(self) -> str:
        """The number as HTML text."""
        return ElementTree.tostring(self.element(), encoding="unicode", method="html")


def number(name: str, root: Path = Path()) -> Number:
    """The number that `name` stands for: `measurement.quantity` or `measurement.metric.variant`.

    Raises:
        MeasurementError: naming what exists, if the name is of none of them.
        RecordError: if the record is incomplete or stale.
    """
    measurement, *rest = name.strip().split(".", 2)
    if not rest:
        raise MeasurementError(
            f"[[{name}]] is not the name of a measured number",
            "Write [[measurement.quantity]] or [[measurement.metric.variant]], and put text that "
            "only looks like one into a code span. " + close_and_existing(measurement, names(root)),
        )
    record = current(measurement, root)
    differences = tuple(drift(record, root))
    digits: int | None = None
    if len(rest) == 1:
        quantity = record.quantity(rest[0])
        values, unit, digits = quantity.values, quantity.unit, quantity.digits
        spread = Spread(quantity.median, quantity.low, quantity.high)
    else:
        values, unit = record.values(*rest), record.metric(rest[0]).unit
        spread = Spread.of(values)

    def worth(value: float) -> int | None:
        return digits or spread.digits(value)

    text = format_value(spread.median, unit, worth(spread.median))
    if len(values) == 1:
        runs = "one run"
    elif spread.low == spread.high:
        runs = f"median of {len(values)} runs, {text} in all"
    else:
        between = format_range(spread.low, spread.high, unit, worth)
        runs = f"median of {len(values)} runs, {between}"
    recorded = f"recorded {record.recorded:%Y-%m-%d}"
    return Number(
        measurement=measurement,
        value=spread.median,
        text=text,
        title="; ".join((runs, recorded, *differences)),
        drift=differences,
    )


def plain(text: str, root: Path = Path()) -> str:
    """Text with each `[[…]]` replaced by its number.

    Raises:
        MeasurementError: as `number` does.
    """
    return _expand(text, lambda found: found.text, root)


def marked_up(text: str, root: Path = Path()) -> str:
    """Text as HTML, with each `[[…]]` replaced by its `data` element.

    Raises:
        MeasurementError: as `number` does.
    """
    return _expand(escape(text, quote=False), Number.html, root)


def _expand(text: str, show: Callable[[Number], str], root: Path) -> str:
    return re.sub(_PATTERN, lambda match: show(number(match[1], root)), text)


class _Numbers(InlineProcessor):  # type: ignore[misc]  # the library has no types
    """Puts the number in place of `[[…]]`, or the problem that keeps it from there."""

    def __init__(self, md: Markdown, page: _Page) -> None:
        super().__init__(_PATTERN, md)
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
        return found.element(), m.start(), m.end()

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
        measured = [child for child in element.iter("data") if child.get("class") == _CLASS]
        if measured:
            without = ElementTree.tostring(element, encoding="unicode", method="text")
            for child in measured:
                without = without.replace(child.text or "", "", 1)
            without = HTML_PLACEHOLDER_RE.sub("", without)
            element.set("id", unique(slugify(without, "-"), taken))


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
        md.inlinePatterns.register(_Numbers(md, page), "press_numbers", _AFTER_CODE_BEFORE_LINKS)
        md.treeprocessors.register(page, "press_numbers", _AFTER_ATTRIBUTES_BEFORE_CONTENTS)


def makeExtension(**_options: Any) -> NumbersExtension:  # noqa: N802 — Python-Markdown's name
    """What Python-Markdown calls to load `press.extensions.numbers`."""
    return NumbersExtension()
