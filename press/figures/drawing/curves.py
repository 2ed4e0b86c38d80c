"""Draws lines over a numeric axis."""

from __future__ import annotations

from press.evidence.units import format_number, with_unit
from press.figures.drawing.axes import Axis, Drawing, Margins, apart, legible, linear, logarithmic
from press.figures.drawing.plots import Curve, Curves
from press.figures.drawing.shapes import LINE_HEIGHT, Shape, broken, centered, extent, fitted

_GAP = 10.0
_POINTS = 9
# How high the axes are, on a page and on a phone.
_AXES = {False: 265.0, True: 235.0}


def draw_curves(plot: Curves, shape: Shape) -> Drawing:
    """Draw the lines in one of the two sizes."""
    xs = [x for curve in plot.curves for x in curve.xs]
    ys = [value for curve in plot.curves for pooled in curve.measured for value in pooled]
    x = _across(xs, plot, ticks=5 if shape.narrow else 8)
    y = logarithmic(ys) if plot.log_y else linear(ys, ticks=5)
    labels = [broken(curve.label, shape.label) for curve in plot.curves]
    # A single line is what the title and the axis say it is.
    labels = labels if len(labels) > 1 else [""]
    numbers = [format_number(tick) for tick in y.ticks]
    left = max(extent(number)[0] for number in numbers) + _GAP
    right = max(extent(label)[0] for label in labels) + _GAP if any(labels) else 2 * _GAP
    above, below = fitted(plot.y_label, shape.width), fitted(plot.x_label, shape.width)
    top, bottom = extent(above)[1] + LINE_HEIGHT, extent(below)[1] + 2 * LINE_HEIGHT
    height = _AXES[shape.narrow] + top + bottom
    drawing = Drawing(shape.width, height, Margins(left, right, top, bottom), x, y)

    for tick, number in zip(y.ticks, numbers, strict=True):
        drawing.stroke("axis" if tick == 0 else "grid", [x.low, x.high], [tick, tick])
        drawing.text("tick", left - _GAP, drawing.at(x.low, tick)[1], number, align="right")
    if y.log:
        drawing.stroke("axis", [x.low, x.high], [y.low, y.low])
    drawing.text("title", 0, height - extent(above)[1] / 2, above)
    _mark_x(drawing, plot, x)
    center = centered((left + shape.width - right) / 2, below, shape.width)
    drawing.text("title", center, extent(below)[1] / 2, below, align="center")

    for curve in plot.curves:
        _draw(drawing, curve, (x.low, x.high))
    if any(labels):
        _name(drawing, plot, labels, x.high)
    return drawing


def _across(xs: list[float], plot: Curves, ticks: int) -> Axis:
    """The axis of x, which ends where the lines end; it is marked where there are points."""
    axis = logarithmic(xs) if plot.log_x else linear(xs, ticks)
    low, high = (min(xs) if plot.log_x else axis.low), max(xs)
    measured = sorted(set(xs))
    marks = measured if len(measured) <= _POINTS else [t for t in axis.ticks if low <= t <= high]
    return Axis(low, high, tuple(marks), plot.log_x)


def _mark_x(drawing: Drawing, plot: Curves, x: Axis) -> None:
    numbers = {tick: with_unit(format_number(tick), plot.x_unit) for tick in x.ticks}
    bottom = drawing.at(x.high, drawing.axes.get_ylim()[0])[1]
    places = {tick: drawing.at(tick, drawing.axes.get_ylim()[0])[0] for tick in x.ticks}
    widths = [extent(numbers[tick])[0] for tick in x.ticks]
    for tick in legible(x.ticks, places.__getitem__, widths):
        drawing.rule("axis", [places[tick], places[tick]], [bottom, bottom - 4])
        drawing.text("tick", places[tick], bottom - LINE_HEIGHT, numbers[tick], align="center")


def _draw(drawing: Drawing, curve: Curve, across: tuple[float, float]) -> None:
    """One line: the band of the medians' intervals, every round, and the medians."""
    level = not curve.xs
    xs = list(across) if level else list(curve.xs)
    measured = list(curve.measured) * (2 if level else 1)
    varies = any(min(pooled) != max(pooled) for pooled in measured)
    if varies:
        low, high = zip(*(pooled.interval for pooled in measured), strict=True)
        drawing.band(xs, list(low), list(high), curve.role)
    drawing.stroke("median", xs, [pooled.median for pooled in measured], curve.role)
    if level:
        return
    if varies:
        points = [(x, one) for x, pooled in zip(xs, measured, strict=True) for one in pooled]
        drawing.dots("samples", [x for x, _ in points], [y for _, y in points], curve.role)
    drawing.dots("markers", xs, [pooled.median for pooled in measured], curve.role)


def _name(drawing: Drawing, plot: Curves, labels: list[str], end: float) -> None:
    """Write each line's name where it ends, none over another."""
    ends = [
        drawing.at(curve.xs[-1] if curve.xs else end, curve.measured[-1].median)
        for curve in plot.curves
    ]
    heights = [extent(label)[1] for label in labels]
    placed = apart([up for _, up in ends], heights)
    for curve, label, (across, _), up in zip(plot.curves, labels, ends, placed, strict=True):
        drawing.text("label", across + _GAP, up, label, role=curve.role)
