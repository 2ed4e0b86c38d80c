"""What became of each of a number of things: a table of variants with one mark for each thing.

A row is the worst round of any run, and no median: what is lost in one of many is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import accumulate

from lab.pooling import Pooled
from press.evidence.quantities import marked_up, plain
from press.evidence.records import MeasurementError, Record, current
from press.evidence.units import format_number
from press.figures.caption import failing, provenance
from press.figures.identifiers import identifier
from press.figures.selection import known

# From the best to the worst, each with the path of its mark in a square of eight.
MARKS = {
    "done": "h8v8h-8z",
    "twice": "h3.4v8h-3.4zm4.6 0h3.4v8h-3.4z",
    "stuck": "m1 1h6v6h-6z",
    "lost": "m1 1l6 6m0 -6l-6 6",
}
IN_A_ROW = 30
STEP = 10


def fates(name: str, *, title: str, groups: Mapping[str, str]) -> str:
    """A row for each variant, with one mark for each job, and how many there are of each kind.

    The measurement counts what became of jobs, as its metrics `done`, `twice`, `stuck` and `lost`.
    A row shows the round with the most lost, or else stuck, or else twice; beside a number that is
    not the same in all rounds stand the fewest and the most.

    Args:
        name: the measurement.
        title: the caption; it may hold `[[…]]`.
        groups: the headings, by the worst that became of a job in the rows below; their order is
            that of the groups.

    Raises:
        MeasurementError: for an unknown measurement, one without such metrics, or a variant that
            belongs to no group.
        RecordError: if no run of the record counts, or it is stale.
    """
    record = current(name)
    for fate in MARKS:
        known("metric", fate, list(record.metrics))
    counted = {
        variant: {fate: record.values(fate, variant) for fate in MARKS}
        for variant in record.variants
    }
    rows: dict[str, list[str]] = {worst: [] for worst in groups}
    for variant, counts in counted.items():
        found = _worst_round(counts)
        worst = [fate for fate in MARKS if found[fate]][-1]
        known("group", worst, list(rows))
        rows[worst].append(_row(record, variant, counts, found))
    body = "".join(
        f'<tbody><tr class="fates__group"><th scope="rowgroup" colspan="{len(MARKS) + 2}">'
        f"{escape(groups[worst])}</th></tr>{''.join(found)}</tbody>"
        for worst, found in rows.items()
        if found
    )
    shown = [pooled for counts in counted.values() for pooled in counts.values()]
    head = "".join(_heading(record, fate) for fate in MARKS)
    below = f"{failing(record)}{provenance(record, shown, of='Worst')}"
    return (
        f'<figure class="figure figure--fates" id="{escape(identifier("fates", name))}">'
        f'<table class="fates" aria-label="{escape(plain(title))}">'
        f"<caption>{marked_up(title)}</caption>"
        f'<thead><tr><td></td><td class="fates__strip"></td>{head}</tr></thead>{body}</table>'
        f"<figcaption>{below}</figcaption></figure>"
    )


def _heading(record: Record, fate: str) -> str:
    mark = _svg("fates__mark", 1, 1, _path(fate, range(1)))
    return f'<th scope="col" class="number">{mark} {escape(record.metric(fate).label)}</th>'


def _worst_round(counts: Mapping[str, Pooled]) -> dict[str, float]:
    """How many there are of each fate in the round with the most of the worst of them."""
    rounds = zip(*(counts[fate] for fate in MARKS), strict=True)
    worst = max(rounds, key=lambda numbers: numbers[::-1])
    return dict(zip(MARKS, worst, strict=True))


def _row(
    record: Record, variant: str, counts: Mapping[str, Pooled], found: Mapping[str, float]
) -> str:
    numbers = [round(found[fate]) for fate in MARKS]
    ends = list(accumulate(numbers))
    if not all(value.is_integer() for pooled in counts.values() for value in pooled):
        raise MeasurementError(f"variant {variant!r} has a part of a job", "Count whole ones.")
    paths = "".join(
        _path(fate, range(end - number, end))
        for fate, number, end in zip(MARKS, numbers, ends, strict=True)
        if number
    )
    strip = _svg("fates__jobs", IN_A_ROW, -(-ends[-1] // IN_A_ROW), paths)
    label = escape(record.variant(variant).label)
    return (
        f'<tr><th scope="row">{label}</th><td class="fates__strip">{strip}</td>'
        f"{''.join(_cell(fate, found[fate], counts[fate]) for fate in MARKS)}</tr>"
    )


def _cell(fate: str, number: float, pooled: Pooled) -> str:
    fewest, most = min(pooled), max(pooled)
    kind = f" fates__{fate}" if number else ""
    spread = f"{format_number(fewest)}–{format_number(most)}"
    beside = f' <span class="spread">{spread}</span>' if fewest != most else ""
    return f'<td class="number{kind}">{format_number(number)}{beside}</td>'


def _path(fate: str, places: range) -> str:
    starts = [(STEP * (at % IN_A_ROW), STEP * (at // IN_A_ROW)) for at in places]
    data = "".join(f"M{x} {y}{MARKS[fate]}" for x, y in starts)
    return f'<path class="fate fate--{fate}" d="{data}"/>'


def _svg(css: str, columns: int, rows: int, paths: str) -> str:
    """Marks for the eye alone: their numbers stand beside them."""
    width, height = STEP * columns - 2, STEP * rows - 2
    return (
        f'<svg class="{css}" viewBox="0 0 {width} {height}" aria-hidden="true" '
        f'focusable="false">{paths}</svg>'
    )
