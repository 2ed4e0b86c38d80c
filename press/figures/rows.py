"""One value for each variant: bars from zero, or points on an axis that may be logarithmic."""

from __future__ import annotations

from collections.abc import Sequence

from press.evidence.quantities import plain
from press.evidence.records import current
from press.evidence.units import common_scale, scale_for
from press.figures.caption import figure
from press.figures.data_table import Column, Table
from press.figures.drawing.plots import Row, Rows
from press.figures.drawn import drawn
from press.figures.identifiers import identifier
from press.figures.selection import BASELINE, chosen, positive


def bars(
    name: str,
    *,
    metric: str,
    title: str,
    description: str,
    variants: str | Sequence[str] | None = None,
    label: str | None = None,
) -> str:
    """A horizontal bar for each variant, from zero to the median, with its value and its interval.

    Args:
        name: the measurement.
        metric: what the bars show.
        title: the caption; it may hold `[[…]]`.
        description: what the figure shows, for readers who do not see it; it may hold `[[…]]`.
        variants: the variants from top to bottom, or patterns such as `pool-*`; all if not given.
        label: what the axis shows; the metric's label if not given.

    Raises:
        MeasurementError: for an unknown measurement, variant or metric.
        RecordError: if no run of the record counts, or it is stale.
    """
    return _rows(name, metric, title, description, variants, label, bars=True, log=False)


def points(
    name: str,
    *,
    metric: str,
    title: str,
    description: str,
    variants: str | Sequence[str] | None = None,
    label: str | None = None,
    log: bool = False,
) -> str:
    """A point for each variant at its median, with its value and its interval.

    Bars are measured by their length, so values that need a logarithmic axis are points.

    Args:
        name: the measurement.
        metric: what the points show.
        title: the caption; it may hold `[[…]]`.
        description: what the figure shows, for readers who do not see it; it may hold `[[…]]`.
        variants: the variants from top to bottom, or patterns such as `pool-*`; all if not given.
        label: what the axis shows; the metric's label if not given.
        log: whether the axis is logarithmic; else it begins at zero.

    Raises:
        MeasurementError: for unknown names, or for values that a logarithmic axis cannot show.
        RecordError: if no run of the record counts, or it is stale.
    """
    return _rows(name, metric, title, description, variants, label, bars=False, log=log)


def _rows(
    name: str,
    metric: str,
    title: str,
    description: str,
    variants: str | Sequence[str] | None,
    label: str | None,
    *,
    bars: bool,
    log: bool,
) -> str:
    record = current(name)
    measured = record.metric(metric)
    shown = [record.variant(variant) for variant in chosen(record, variants)]
    values = [record.values(metric, variant) for variant in chosen(record, variants)]
    if log:
        positive(values, "x")
    suited = common_scale if log else scale_for
    scale = suited([max(pooled) for pooled in values], measured.unit)
    notes = ", ".join(note for note in (scale.unit, "log scale" if log else "") if note)
    rows = Rows(
        rows=tuple(
            Row(
                variant.label,
                BASELINE if variant.baseline else "ours",
                pooled.scaled(scale.factor),
            )
            for variant, pooled in zip(shown, values, strict=True)
        ),
        unit=scale.unit,
        label=(label or measured.label) + (f" ({notes})" if notes else ""),
        bars=bars,
        log=log,
    )
    ident = identifier("figure", name, metric)
    drawing = drawn(rows, ident, plain(title), plain(description))
    data = Table(
        title=title,
        stubs=("",),
        rows=tuple((variant.label,) for variant in shown),
        columns=(Column(measured.label, measured.unit, tuple(values)),),
        baseline=frozenset(at for at, variant in enumerate(shown) if variant.baseline),
    )
    return figure(record, ident, drawing, title, data)
