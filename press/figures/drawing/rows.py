"""Draws one value for each variant, one below the other."""

from __future__ import annotations

from lab.pooling import Pooled
from press.evidence.records import digits
from press.evidence.units import format_number, with_unit
from press.figures.drawing.axes import Axis, Drawing, Margins, legible, linear, logarithmic
from press.figures.drawing.plots import Row, Rows
from press.figures.drawing.shapes import LINE_HEIGHT, Shape, broken, centered, extent, fitted

_GAP = 10.0
_BAR = 16.0
_ROW = 38.0
_LABEL = {False: 26, True: 46}


def draw_rows(rows: Rows, shape: Shape) -> Drawing:
    """Draw the rows in one of the two sizes."""
    labels = [broken(row.label, _LABEL[shape.narrow]) for row in rows.rows]
    medians = [
        (row.measured.median, digits(row.measured, row.measured.median)) for row in rows.rows
    ]
    values = [with_unit(format_number(*median), rows.unit) for median in medians]
    axis = _axis(rows, ticks=4 if shape.narrow else 6)
    tallest = max(extent(label)[1] for label in labels)
    step = tallest + _BAR + 2 * _GAP if shape.narrow else max(_ROW, tallest + _GAP)
    below = fitted(rows.label, shape.width)
    bottom = extent(below)[1] + 2 * LINE_HEIGHT
    height = step * len(labels) + bottom
    left = _GAP / 2 if shape.narrow else max(extent(label)[0] for label in labels) + _GAP
    right = max(extent(value)[0] for value in values) + 2 * _GAP
    drawing = Drawing(
        shape.width,
        height,
        Margins(left, right, 0.0, bottom),
        axis,
        Axis(0.0, float(len(labels)), ()),
    )
    for tick in axis.ticks:
        kind = "axis" if tick == 0 else "grid"
        drawing.stroke(kind, [tick, tick], [0, len(labels)])
    widths = [extent(format_number(tick))[0] for tick in axis.ticks]
    for tick in legible(axis.ticks, lambda tick: drawing.at(tick, 0)[0], widths):
        across = drawing.at(tick, 0)[0]
        drawing.text("tick", across, bottom - LINE_HEIGHT, format_number(tick), align="center")
    center = centered((left + shape.width - right) / 2, below, shape.width)
    drawing.text("title", center, extent(below)[1] / 2, below, align="center")

    for at, (row, label, value) in enumerate(zip(rows.rows, labels, values, strict=True)):
        middle = (_GAP + _BAR / 2) / step if shape.narrow else 0.5
        y = len(labels) - at - 1 + middle
        _draw(drawing, rows, row, y, _BAR / step)
        across, up = drawing.at(max(row.measured), y)
        drawing.text("value", across + _GAP, up, value, role=row.role)
        if shape.narrow:
            above = up + (_BAR + _GAP + extent(label)[1]) / 2
            drawing.text("name", left + _GAP / 2, above, label)
        else:
            drawing.text("name", left - _GAP, up, label, align="right")
    return drawing


def _value(measured: Pooled, unit: str) -> str:
    median = measured.median
    return with_unit(format_number(median, digits(measured, median)), unit)


def _axis(rows: Rows, ticks: int) -> Axis:
    """The axis of the values; one from zero ends where the highest round ends."""
    measured = [value for row in rows.rows for value in row.measured]
    if rows.log:
        return logarithmic(measured)
    axis = linear(measured, ticks)
    high = max(0.0, *measured) or axis.high
    return Axis(axis.low, high, tuple(tick for tick in axis.ticks if tick <= high))


def _draw(drawing: Drawing, rows: Rows, row: Row, y: float, thickness: float) -> None:
    """One row: every round, the interval of the median, and the median."""
    measured = row.measured
    if rows.bars:
        drawing.bar(y, thickness, measured.median, row.role)
    if min(measured) != max(measured):
        drawing.stroke("whisker", list(measured.interval), [y, y], row.role)
        drawing.dots("samples", list(measured), [y] * len(measured), row.role)
    if rows.bars:
        ends = [y - thickness / 2, y + thickness / 2]
        drawing.stroke("median", [measured.median, measured.median], ends, row.role)
    else:
        drawing.dots("markers", [measured.median], [y], row.role)
