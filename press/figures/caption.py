"""What stands below a figure: its title, where its numbers come from, and its data as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from press.evidence.quantities import marked_up
from press.evidence.records import Claim, Record, Spread, drift
from press.evidence.units import format_number, format_range, format_value
from press.figures.data_table import Table, rendered
from press.repository import MEASUREMENTS, below_docs

SITE_ROOT = "site-root:"
"""Stands for the way to the site's root, which depends on the page that shows the figure."""

_PUBLISHED = below_docs(MEASUREMENTS)
_SUFFIXES = {"s": "s", "ms": "ms", "us": "µs"}
_NAMES = {"python": "Python", "postgresql": "PostgreSQL", "redis": "Redis"}


def figure(
    record: Record,
    ident: str,
    drawing: str,
    title: str,
    data: Table,
) -> str:
    """A drawing with its caption.

    Args:
        record: where its numbers come from.
        ident: the id of the figure.
        drawing: the `svg` elements.
        title: the caption's first line; it may hold `[[…]]`.
        data: what is drawn, as a table.
    """
    return (
        f'<figure class="figure" id="{escape(ident)}">{drawing}<figcaption>'
        f'<p class="figure__title">{marked_up(title)}</p>'
        f"{failing(record)}{provenance(record, data.samples)}"
        f'<details class="figure__data"><summary>Data as a table</summary>'
        f"{rendered(data)}</details></figcaption></figure>"
    )


def provenance(record: Record, samples: Sequence[Sequence[float]]) -> str:
    """The line that says how the numbers came about and how to get them again.

    Args:
        record: the measurement.
        samples: for each number shown, the runs whose median it is.
    """
    machine = f"{record.machine.cores} cores, {format_number(record.machine.memory_gib)} GiB"
    versions = ", ".join(
        f"{_NAMES.get(name, name)} {version}" for name, version in record.versions.items()
    )
    conditions = ", ".join(_condition(name, value) for name, value in record.conditions.items())
    facts = [_runs(samples), machine, versions, conditions, f"{record.recorded:%Y-%m-%d}"]
    text = escape("; ".join(fact for fact in facts if fact))
    differences = "".join(
        f' <strong class="provenance__drift">{escape(difference)}</strong>;'
        for difference in drift(record)
    )
    address = f"{SITE_ROOT}{_PUBLISHED}/{record.name}.json"
    return (
        f'<p class="provenance">{text};{differences} '
        f'<a href="{address}">data</a>; <code>{escape(record.command)}</code></p>'
    )


def failing(record: Record) -> str:
    """The claims of a measurement that its runs do not bear out; nothing if they bear out all."""
    return "".join(
        '<p class="figure__failing"><strong>Does not hold:</strong> '
        f"{escape(claim.text)} ({escape(bounds(record, claim))}).</p>"
        for claim in record.claims
        if not claim.holds
    )


def bounds(record: Record, claim: Claim) -> str:
    """What was claimed and what was observed: `claimed at least 5×, observed 4.2×`."""
    quantity = record.quantity(claim.quantity)
    limits = [
        f"{word} {format_value(limit, quantity.unit)}"
        for word, limit in (("at least", claim.at_least), ("at most", claim.at_most))
        if limit is not None
    ]
    observed = format_value(claim.observed, quantity.unit, quantity.digits)
    between = format_range(quantity.low, quantity.high, quantity.unit, lambda _: quantity.digits)
    runs = "in all" if quantity.low == quantity.high else f"{between} over"
    return (
        f"claimed {' and '.join(limits)}, observed {observed}, {runs} {len(quantity.values)} runs"
    )


def _runs(samples: Sequence[Sequence[float]]) -> str:
    """How many runs a number is the median of, and how far from it they lie at most."""
    fewest, most = min(len(runs) for runs in samples), max(len(runs) for runs in samples)
    if most == 1:
        return "One run"
    count = f"{most}" if fewest == most else f"{fewest} to {most}"
    spreads = [Spread.of(runs) for runs in samples]
    if all(spread.low == spread.high for spread in spreads):
        return f"Median of {count} runs, the same in all"
    if any(spread.median == 0 for spread in spreads):
        return f"Median of {count} runs"
    ends = [end / spread.median for spread in spreads for end in (spread.low, spread.high)]
    low, high = min(ends), max(ends)
    if low < 0 or high > 2:
        between = format_range(low, high, "×", lambda _: 2)
        return f"Median of {count} runs, which lie from {between} of it"
    far = 100 * max(1 - low, high - 1)
    return f"Median of {count} runs, each within {format_value(far, '%', 2)} of it"


def _condition(name: str, value: object) -> str:
    """A condition with its unit, if its name ends in one: `hold_s` of 0.01 is `hold 10 ms`."""
    words = name.split("_")
    unit = _SUFFIXES.get(words[-1]) if len(words) > 1 else None
    if unit is not None and isinstance(value, int | float):
        return f"{' '.join(words[:-1])} {format_value(value, unit)}"
    return f"{' '.join(words)} {_shown(value)}"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_number(value) if isinstance(value, int | float) else str(value)
