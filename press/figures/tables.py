"""Tables of recorded values: variants by metrics, and the data behind a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from press.evidence.quantities import marked_up, plain
from press.evidence.records import Spread, current
from press.evidence.units import common_scale, format_number
from press.figures.selection import chosen


@dataclass(frozen=True)
class Column:
    """The numbers of a column, all in one unit.

    Attributes:
        label: what they are.
        unit: as recorded.
        cells: for each row the runs whose median is shown; None where nothing was measured.
    """

    label: str
    unit: str
    cells: tuple[tuple[float, ...] | None, ...]


@dataclass(frozen=True)
class Table:
    """A table of medians.

    Attributes:
        title: its caption; it may hold `[[…]]`.
        stubs: the headings of the columns that name a row: its name, then its numbers.
        rows: for each row its names, one for each stub.
        columns: its numbers.
        baseline: the rows with which the others are compared.
    """

    title: str
    stubs: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    baseline: frozenset[int] = frozenset()

    @property
    def samples(self) -> list[tuple[float, ...]]:
        """The runs behind every number of the table."""
        return [cell for column in self.columns for cell in column.cells if cell is not None]


def table(
    name: str,
    *,
    title: str,
    rows: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> str:
    """A table with a row for each variant and a column for each metric: median, lowest, highest.

    Args:
        name: the measurement.
        title: the caption; it may hold `[[…]]`.
        rows: variants in the order wanted, or patterns such as `pool-*`; all if not given.
        columns: metrics in the order wanted; all if not given. A variant that did not measure
            one of several shows a dash.

    Raises:
        MeasurementError: for an unknown measurement, variant or metric.
        RecordError: if the record is incomplete or stale.
    """
    # Captions draw their data with this module's tables.
    from press.figures.caption import failing, provenance

    record = current(name)
    variants = chosen(record, rows)
    metrics = list(record.metrics) if columns is None else list(columns)
    shown = Table(
        title=title,
        stubs=("",),
        rows=tuple((record.variant(variant).label,) for variant in variants),
        columns=tuple(
            Column(
                record.metric(metric).label,
                record.metric(metric).unit,
                tuple(record.measured(metric, variant) for variant in variants),
            )
            for metric in metrics
        ),
        baseline=frozenset(
            at for at, variant in enumerate(variants) if record.variant(variant).baseline
        ),
    )
    if not shown.samples:
        record.values(metrics[0], variants[0])
    ident = "-".join(["table", name, *(columns or ())])
    return (
        f'<figure class="figure figure--table" id="{escape(ident)}">{rendered(shown)}'
        f"<figcaption>{failing(record)}{provenance(record, shown.samples)}</figcaption></figure>"
    )


def rendered(data: Table) -> str:
    """A table as HTML; it scrolls by itself where the screen is too narrow for it."""
    scales = [
        common_scale((Spread.of(cell).median for cell in column.cells if cell), column.unit)
        for column in data.columns
    ]
    first, *others = data.stubs
    head = f'<th scope="col">{escape(first)}</th>' if first else "<td></td>"
    head += "".join(f'<th scope="col" class="number">{escape(stub)}</th>' for stub in others)
    for column, scale in zip(data.columns, scales, strict=True):
        unit = f' <span class="unit">({escape(scale.unit)})</span>' if scale.unit else ""
        head += f'<th scope="col" class="number">{escape(column.label)}{unit}</th>'
    body = ""
    for at, names in enumerate(data.rows):
        kind = ' class="baseline"' if at in data.baseline else ""
        body += f'<tr{kind}><th scope="row">{escape(names[0])}</th>'
        body += "".join(f'<td class="number">{escape(name)}</td>' for name in names[1:])
        for column, scale in zip(data.columns, scales, strict=True):
            body += _cell(column.cells[at], scale.factor)
        body += "</tr>"
    return (
        '<div class="figure__scroll" role="region" tabindex="0" '
        f'aria-label="{escape(plain(data.title))}">'
        f'<table class="measurements"><caption>{marked_up(data.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(runs: tuple[float, ...] | None, factor: float) -> str:
    if runs is None:
        return '<td class="number">—</td>'
    spread = Spread.of([value * factor for value in runs])
    median, low, high = (
        format_number(value, spread.digits(value))
        for value in (spread.median, spread.low, spread.high)
    )
    beside = f' <span class="spread">{low}–{high}</span>' if low != high else ""
    return f'<td class="number">{median}{beside}</td>'
