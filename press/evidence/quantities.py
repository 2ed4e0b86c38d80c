"""Measured numbers as readers see them: `pool-sizing.speedup`, `pool-sizing.p99.small`.

The first form is a quantity of a record, the second the median of a metric for one variant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lab.pooling import CONFIDENCE, Pooled
from press.evidence import records
from press.evidence.records import MeasurementError, Record, current, drift, names
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
        title: how many runs and rounds, the interval, the spread between runs, and when.
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
        RecordError: if no run of the record counts, or it is stale.
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
        pooled, unit, digits = record.pooled_quantity(rest[0]), quantity.unit, quantity.digits
    else:
        pooled, unit = record.values(*rest), record.metric(rest[0]).unit

    def worth(value: float) -> int | None:
        return records.digits(pooled, value, digits)

    text = format_value(pooled.median, unit, worth(pooled.median))
    parts = [counted(record, pooled), *_spread(pooled, unit, worth)]
    parts.append(f"recorded {record.last.started:%Y-%m-%d}")
    return Number(
        measurement=measurement,
        value=pooled.median,
        text=text,
        title="; ".join((*parts, *differences)),
        drift=differences,
    )


def counted(record: Record, pooled: Pooled) -> str:
    """How many runs and rounds a median is of, and whether that is enough: `3 runs × 5 rounds`."""
    runs = len(pooled.runs)
    rounds = {len(run) for run in pooled.runs}
    each = str(rounds.pop()) if len(rounds) == 1 else f"{min(rounds)} to {max(rounds)}"
    text = f"{_number(runs, 'run')} × {_number(each, 'round')}"
    if not record.wanting:
        return text
    apart = "" if record.wanting == runs else f", {record.wanting} of them begun 10 minutes apart"
    return f"only {text}{apart}"


def interval(pooled: Pooled, unit: str, digits: Callable[[float], int | None]) -> str:
    """Where the true median lies, and how probably: `95% of 4.1× to 4.4×`; `in all` if constant.

    Args:
        pooled: what was measured.
        unit: as recorded.
        digits: the significant digits of each end.
    """
    low, high = pooled.interval
    if min(pooled) == max(pooled):
        return "the same in all"
    between = format_range(low, high, unit, digits)
    if pooled.coverage >= CONFIDENCE:
        return f"95% interval {between}"
    return f"lowest to highest {between}, a {100 * pooled.coverage:.0f}% interval"


def _spread(pooled: Pooled, unit: str, digits: Callable[[float], int | None]) -> Iterator[str]:
    if len(pooled) == 1:
        return
    yield interval(pooled, unit, digits)
    lowest, highest = min(pooled.run_medians), max(pooled.run_medians)
    if lowest != highest:
        yield f"medians of runs {format_range(lowest, highest, unit, digits)}"


def _number(count: int | str, what: str) -> str:
    return f"{count} {what}" if str(count) == "1" else f"{count} {what}s"


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
