"""Measured numbers as readers see them: `pool-sizing.speedup`, `pool-sizing.p99.small`.

The first form is a quantity of a record, the second the median of a metric for one variant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from press.evidence.records import MeasurementError, Spread, current, drift, names
from press.evidence.units import format_range, format_value
from press.problems import close_and_existing

PATTERN = r"\[\[([^\[\]\n]+)\]\]"
"""How a measured number stands in text."""

CSS_CLASS = "measured"


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

    def html(self) -> str:
        """The number as an HTML `data` element."""
        return (
            f'<data class="{CSS_CLASS}" value="{self.value:.10g}" title="{escape(self.title)}">'
            f"{escape(self.text, quote=False)}</data>"
        )


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
    return re.sub(PATTERN, lambda match: show(number(match[1], root)), text)
