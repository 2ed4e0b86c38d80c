"""Tables of recorded values: variants by metrics."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from press.evidence.records import current
from press.figures.caption import failing, provenance
from press.figures.data_table import Column, Table, rendered
from press.figures.identifiers import identifier
from press.figures.selection import chosen


def table(
    name: str,
    *,
    title: str,
    rows: str | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
) -> str:
    """A table with a row for each variant and a column for each metric: median and interval.

    Args:
        name: the measurement.
        title: the caption; it may hold `[[…]]`.
        rows: variants in the order wanted, or patterns such as `pool-*`; all if not given.
        columns: metrics in the order wanted; all if not given. A variant that did not measure
            one of several shows a dash.

    Raises:
        MeasurementError: for an unknown measurement, variant or metric.
        RecordError: if no run of the record counts, or it is stale.
    """
    record = current(name)
    variants = chosen(record, rows)
    metrics = list(record.metrics) if columns is None else list(columns)
    made = Table(
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
    if not made.shown:
        record.values(metrics[0], variants[0])
    ident = identifier("table", name, *(columns or ()))
    return (
        f'<figure class="figure figure--table" id="{escape(ident)}">{rendered(made)}'
        f"<figcaption>{failing(record)}{provenance(record, made.shown)}</figcaption></figure>"
    )
