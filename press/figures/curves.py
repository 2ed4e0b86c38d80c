"""Lines over a numeric axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from press.evidence.quantities import plain
from press.evidence.records import MeasurementError, Record, current
from press.evidence.units import common_scale, format_value, scale_for
from press.figures.caption import figure
from press.figures.data_table import Column, Table
from press.figures.drawing.plots import Curve, Curves
from press.figures.drawn import drawn
from press.figures.identifiers import identifier
from press.figures.selection import BASELINE, chosen, known, positive, roles


def line(
    name: str,
    *,
    metric: str | Sequence[str],
    x_label: str,
    title: str,
    description: str,
    variants: str | Sequence[str] | None = None,
    series: Mapping[str, str | Sequence[str]] | None = None,
    baseline: str | None = None,
    y_label: str | None = None,
    x_unit: str = "",
    log_x: bool = False,
    log_y: bool = False,
) -> str:
    """Medians over the variants' x, with their intervals; each line carries its name at its end.

    Args:
        name: the measurement.
        metric: one metric, or several of the same unit, a line for each.
        x_label: what x is, with its unit.
        title: the caption; it may hold `[[…]]`.
        description: what the figure shows, for readers who do not see it; it may hold `[[…]]`.
        variants: the variants shown, or patterns such as `pool-*`; those that have an x, and the
            baseline, if not given. A baseline without an x is drawn as a level.
        series: with one metric, a line for each label through the variants named or matched.
        baseline: the metric or the label of `series` that the others are compared with; the
            variants flagged as such if not given.
        y_label: what y is; the metric's label if not given.
        x_unit: the unit of x, where its numbers need one, such as `%`.
        log_x: whether x is logarithmic.
        log_y: whether y is logarithmic; else it begins at zero.

    Raises:
        MeasurementError: for unknown names, or for what cannot be drawn.
        RecordError: if no run of the record counts, or it is stale.
    """
    record = current(name)
    metrics = [metric] if isinstance(metric, str) else list(metric)
    unit = _unit(record, metrics)
    curves = _levels(record, metrics, variants, series) + (
        _by_series(record, metrics, series, baseline)
        if series
        else _by_metric(record, metrics, variants, baseline)
    )
    if log_x:
        positive([[x] for curve in curves for x in curve.xs], "x")
    if log_y:
        positive([pooled for curve in curves for pooled in curve.measured], "y")
    suited = common_scale if log_y else scale_for
    scale = suited([max(pooled) for curve in curves for pooled in curve.measured], unit)
    plot = Curves(
        curves=tuple(_scaled(curve, scale.factor) for curve in curves),
        x_label=x_label + (" (log scale)" if log_x else ""),
        x_unit=x_unit,
        y_label=_axis_label(record, metrics, y_label, scale.unit, log_y),
        log_x=log_x,
        log_y=log_y,
    )
    ident = identifier("figure", name, *metrics)
    drawing = drawn(plot, ident, plain(title), plain(description))
    return figure(record, ident, drawing, title, _data(curves, title, x_label, x_unit, unit))


def _unit(record: Record, metrics: Sequence[str]) -> str:
    """The one unit of several metrics."""
    units = {record.metric(metric).unit for metric in metrics}
    if len(units) != 1:
        raise MeasurementError(
            f"metrics {', '.join(metrics)} of {record.name!r} have different units: "
            f"{', '.join(sorted(units)) or 'there is no metric'}",
            "Draw a figure for each.",
        )
    return units.pop()


def _axis_label(
    record: Record, metrics: Sequence[str], label: str | None, unit: str, log: bool
) -> str:
    if label is None:
        label = record.metric(metrics[0]).label if len(metrics) == 1 else ""
    notes = ", ".join(note for note in (unit, "log scale" if log else "") if note)
    return f"{label} ({notes})" if label and notes else label or notes


def _by_metric(
    record: Record,
    metrics: Sequence[str],
    variants: str | Sequence[str] | None,
    baseline: str | None,
) -> list[Curve]:
    """A line for each metric through all variants that have an x."""
    labels = {metric: record.metric(metric).label for metric in metrics}
    if baseline is not None:
        known("metric of this figure", baseline, metrics)
    parts = roles(metrics, {baseline} if baseline else set())
    return [
        _curve(record, metric, _placed(record, variants), labels[metric], parts[metric])
        for metric in metrics
    ]


def _by_series(
    record: Record,
    metrics: Sequence[str],
    series: Mapping[str, str | Sequence[str]],
    baseline: str | None,
) -> list[Curve]:
    """A line for each group of variants."""
    if len(metrics) != 1:
        raise MeasurementError(
            "series divides the variants of one metric, and the figure names several",
            "Name one metric, or leave out series.",
        )
    groups = {label: _placed(record, patterns) for label, patterns in series.items()}
    if baseline is not None:
        known("series of this figure", baseline, list(series))
        baselines = {baseline}
    else:
        baselines = {
            label
            for label, group in groups.items()
            if all(record.variant(variant).baseline for variant in group)
        }
    parts = roles(list(series), baselines)
    return [
        _curve(record, metrics[0], group, label, parts[label]) for label, group in groups.items()
    ]


def _placed(record: Record, patterns: str | Sequence[str] | None) -> list[str]:
    """The chosen variants that have an x, from left to right."""
    names = chosen(record, patterns)
    placed = [name for name in names if record.variant(name).x is not None]
    without = [name for name in names if name not in placed and not record.variant(name).baseline]
    if not placed or (patterns is not None and without):
        raise MeasurementError(
            f"variants of {record.name!r} without an x cannot stand on a line: "
            f"{', '.join(without or names)}",
            "Give them an x in the experiment, choose others, or use bars.",
        )
    return sorted(placed, key=lambda name: record.variant(name).x or 0.0)


def _curve(record: Record, metric: str, variants: Sequence[str], label: str, role: str) -> Curve:
    return Curve(
        label=label,
        role=role,
        xs=tuple(record.variant(name).x or 0.0 for name in variants),
        measured=tuple(record.values(metric, name) for name in variants),
    )


def _levels(
    record: Record,
    metrics: Sequence[str],
    variants: str | Sequence[str] | None,
    series: Mapping[str, str | Sequence[str]] | None,
) -> list[Curve]:
    """A level for the baseline that has no x, if it is among the variants."""
    if len(metrics) != 1:
        return []
    names = chosen(record, None if series else variants)
    return [
        Curve(variant.label, BASELINE, (), (record.values(metrics[0], name),))
        for name in names
        if (variant := record.variant(name)).baseline and variant.x is None
    ]


def _scaled(curve: Curve, factor: float) -> Curve:
    measured = tuple(pooled.scaled(factor) for pooled in curve.measured)
    return Curve(curve.label, curve.role, curve.xs, measured)


def _data(curves: Sequence[Curve], title: str, x_label: str, x_unit: str, unit: str) -> Table:
    """Every point of every line, a row for each; levels stand last."""
    rows = [
        (curve.label, format_value(x, x_unit) if curve.xs else "", pooled)
        for curve in sorted(curves, key=lambda curve: not curve.xs)
        for x, pooled in zip(curve.xs or (0.0,), curve.measured, strict=True)
    ]
    return Table(
        title=title,
        stubs=("line", x_label),
        rows=tuple((label, x) for label, x, _ in rows),
        columns=(Column("median", unit, tuple(pooled for _, _, pooled in rows)),),
    )
