"""What stands below a figure: its title, where its numbers come from, and its data as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from lab.pooling import Pooled
from lab.record import Claim, Earlier, Quantity
from press.evidence.quantities import counted, interval, marked_up
from press.evidence.records import Record, digits, drift
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
        f"{failing(record)}{provenance(record, data.shown)}"
        f'<details class="figure__data"><summary>Data as a table</summary>'
        f"{rendered(data)}</details></figcaption></figure>"
    )


def provenance(
    record: Record, shown: Sequence[Pooled], of: Literal["Median", "Worst"] = "Median"
) -> str:
    """The line that says how the numbers came about, and what folds away below it.

    The line is short enough for a phone; machine, versions, conditions and the command to measure
    again are one touch away.

    Args:
        record: the measurement.
        shown: for each number shown, what it is the median or the worst of.
        of: which of the two it is.
    """
    differences = "".join(
        f' <strong class="provenance__drift">{escape(difference)}</strong>;'
        for difference in drift(record)
    )
    day = f"{record.last.started:%Y-%m-%d}"
    return (
        f'<details class="provenance"><summary>{escape(_runs(record, shown, of))}; '
        f'<time datetime="{day}">{day}</time>;{differences} how</summary>'
        f"<p>{escape(_conditions(record))}. "
        f'<a href="{data_address(record)}">Data</a>; '
        f"<code>{escape(record.command)}</code></p></details>"
    )


def data_address(record: Record) -> str:
    """Where the site has a record for programs."""
    return f"{SITE_ROOT}{_PUBLISHED}/{record.name}.json"


def failing(record: Record) -> str:
    """The claims of a measurement that its runs do not bear out; nothing if they bear out all."""
    return "".join(
        f'<p class="figure__failing"><strong>{_sentence(claim.verdict)}:</strong> '
        f"{escape(claim.text)} ({escape(bounds(record, claim))}).</p>"
        for claim in record.claims
        if claim.verdict != "holds"
    )


def bounds(record: Record, claim: Claim) -> str:
    """What was claimed and what was measured: `claimed at least 5×, measured 4.2×, …`."""
    quantity = record.quantity(claim.quantity)
    pooled = record.pooled_quantity(claim.quantity)

    def worth(value: float) -> int | None:
        return digits(pooled, value, quantity.digits)

    observed = format_value(pooled.median, quantity.unit, worth(pooled.median))
    between = interval(pooled, quantity.unit, worth)
    return f"{_claimed(claim, quantity)}, measured {observed}, {between}; {counted(record, pooled)}"


def earlier_bounds(before: Earlier, claim: Claim) -> str:
    """As `bounds`, for a claim of an earlier source, of which only the verdict is kept."""
    quantity = before.quantities[claim.quantity]
    values = quantity.median, quantity.low, quantity.high
    worth = digits(values, quantity.median, quantity.digits)
    observed = format_value(quantity.median, quantity.unit, worth)
    return (
        f"{_claimed(claim, quantity)}, measured {observed} with an earlier form of the experiment"
    )


def _claimed(claim: Claim, quantity: Quantity) -> str:
    limits = [
        f"{word} {format_value(limit, quantity.unit)}"
        for word, limit in (("at least", claim.at_least), ("at most", claim.at_most))
        if limit is not None
    ]
    return f"claimed {' and '.join(limits)}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _conditions(record: Record) -> str:
    """Machines, versions and conditions, those of all runs that count."""
    runs = record.valid_runs
    machines = dict.fromkeys(
        f"{run.machine.cores} cores, {format_number(run.machine.memory_gib)} GiB" for run in runs
    )
    versions: dict[str, dict[str, None]] = {}
    for run in runs:
        for name, version in run.versions.items():
            versions.setdefault(_NAMES.get(name, name), {})[version] = None
    used = ", ".join(f"{name} {' and '.join(found)}" for name, found in versions.items())
    conditions = ", ".join(_condition(name, value) for name, value in record.conditions.items())
    return "; ".join(fact for fact in (" or ".join(machines), used, conditions) if fact)


def _runs(record: Record, shown: Sequence[Pooled], of: Literal["Median", "Worst"]) -> str:
    """How many runs and rounds the numbers are of, and how far from medians those of runs lie."""
    most = max(shown, key=len)
    text = f"{of} of {counted(record, most)}"
    if all(min(pooled) == max(pooled) for pooled in shown):
        return text if len(most) == 1 else f"{text}, the same in all"
    if of == "Worst":
        return text
    if len(most.runs) == 1 or any(pooled.median == 0 for pooled in shown):
        return text
    ends = [end / pooled.median for pooled in shown for end in pooled.run_medians]
    low, high = min(ends), max(ends)
    if low < 0 or high > 2:
        return f"{text}, runs from {format_range(low, high, '×', lambda _: 2)} of it"
    far = 100 * max(1 - low, high - 1)
    return f"{text}, runs within {format_value(far, '%', 2)} of it"


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
