"""Matplotlib's axes in a drawing's own units, with ticks chosen for people."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import IdentityTransform

from press.figures.drawing.shapes import LINE_HEIGHT, TEXT, Shape
from press.figures.drawing.svg import clean, part

# Half the height of a digit, in sizes of the text.
_HALF_DIGIT = 0.34
_STEPS = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Axis:
    """The range of an axis and where it is marked.

    Attributes:
        low: its lower end.
        high: its upper end.
        ticks: where it carries a number.
        log: whether it is logarithmic.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False


@dataclass(frozen=True)
class Margins:
    """What is kept free around the axes, in units."""

    left: float
    right: float
    top: float
    bottom: float


def linear(values: Iterable[float], ticks: int) -> Axis:
    """An axis from zero that holds all values, with at most about as many ticks."""
    values = list(values)
    low, high = min(0.0, *values), max(0.0, *values)
    locator = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10])
    marks = [float(mark) for mark in locator.tick_values(low, high or 1.0)]
    return Axis(marks[0], marks[-1], tuple(marks))


def logarithmic(values: Iterable[float]) -> Axis:
    """A logarithmic axis that holds all values, which are above zero."""
    values = list(values)
    low, high = _step_at_most(min(values)), _step_at_least(max(values))
    if low == high:
        high = _step_at_least(low * 1.01)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    few = math.log10(high / low) <= 2.4
    marks = [
        step * 10.0**decade
        for decade in decades
        for step in (_STEPS if few else _STEPS[:1])
        if low * 0.999 <= step * 10.0**decade <= high * 1.001
    ]
    return Axis(low, high, tuple(marks), log=True)


def legible(
    ticks: Sequence[float], place: Callable[[float], float], widths: Sequence[float]
) -> list[float]:
    """The ticks whose numbers do not run into each other; the last one always stays."""
    kept: list[tuple[float, float, float]] = []
    for tick, width in sorted(zip(ticks, widths, strict=True), reverse=True):
        at = place(tick)
        if not kept or at + width / 2 + 8 <= kept[-1][1] - kept[-1][2] / 2:
            kept.append((tick, at, width))
    return [tick for tick, _, _ in reversed(kept)]


def apart(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Where labels go that should be centered at `wanted` and must not overlap.

    Labels that would touch are set one below the other around the middle of where they belong.
    """
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    groups: list[list[int]] = []
    for at in order:
        groups.append([at])
        while len(groups) > 1 and _overlap(groups[-2], groups[-1], wanted, heights):
            last = groups.pop()
            groups[-1] += last
    placed = [0.0] * len(wanted)
    for group in groups:
        bottom, _ = _stack(group, wanted, heights)
        for at in group:
            placed[at] = bottom + heights[at] / 2
            bottom += heights[at]
    return placed


class Drawing:
    """A drawing whose parts carry the names that the style sheet colors."""

    def __init__(self, width: float, height: float, margins: Margins, x: Axis, y: Axis) -> None:
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        FigureCanvasSVG(self.figure)
        self.figure.patch.set_visible(False)
        self.axes: Axes = self.figure.add_axes(
            (
                margins.left / width,
                margins.bottom / height,
                (width - margins.left - margins.right) / width,
                (height - margins.top - margins.bottom) / height,
            )
        )
        self.axes.set_axis_off()
        self.axes.set(
            xscale="log" if x.log else "linear",
            yscale="log" if y.log else "linear",
            xlim=(x.low, x.high),
            ylim=(y.low, y.high),
        )

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the axes stands in the drawing, in units from its lower left."""
        across, up = self.axes.transData.transform((x, y))
        return float(across), float(up)

    def stroke(
        self, kind: str, xs: Sequence[float], ys: Sequence[float], role: str | None = None
    ) -> None:
        """A line through points of the axes."""
        self.axes.plot(xs, ys, color="black", clip_on=False, gid=part(kind, role))

    def rule(self, kind: str, xs: Sequence[float], ys: Sequence[float]) -> None:
        """A line through points of the drawing."""
        self.axes.plot(
            xs, ys, color="black", clip_on=False, gid=part(kind), transform=IdentityTransform()
        )

    def dots(self, kind: str, xs: Sequence[float], ys: Sequence[float], role: str) -> None:
        """A dot at each point of the axes."""
        self.axes.plot(
            xs, ys, color="black", clip_on=False, gid=part(kind, role), linestyle="", marker="o"
        )

    def band(
        self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], role: str
    ) -> None:
        """The area between two lines."""
        outline = [*low, *reversed(high)]
        self.axes.fill(
            [*xs, *reversed(xs)], outline, color="black", clip_on=False, gid=part("band", role)
        )

    def bar(self, y: float, height: float, end: float, role: str) -> None:
        """A horizontal bar from zero."""
        bar = self.axes.barh(y, end, height, color="black", linewidth=0, clip_on=False)
        bar.patches[0].set_gid(part("bar", role))

    def text(
        self,
        kind: str,
        x: float,
        y: float,
        text: str,
        *,
        align: str = "left",
        role: str | None = None,
    ) -> None:
        """Text centered on a height of the drawing.

        Matplotlib would place the lines of one text by the widths of its own font.
        """
        lines = text.split("\n")
        first = y + (len(lines) - 1) * LINE_HEIGHT / 2 - TEXT * _HALF_DIGIT
        for at, one in enumerate(lines):
            self.figure.text(
                x,
                first - at * LINE_HEIGHT,
                one,
                horizontalalignment=align,
                verticalalignment="baseline",
                fontsize=TEXT,
                parse_math=False,
                transform=IdentityTransform(),
                gid=part(kind, role),
            )

    def svg(self, ident: str, shape: Shape, title: str, description: str) -> str:
        """The drawing as an element for a page; the narrow one waits for the style sheet."""
        written = io.StringIO()
        with matplotlib.rc_context({"svg.fonttype": "none"}):  # text stays text
            self.figure.savefig(written, format="svg", metadata={"Date": None})
        return clean(
            written.getvalue(),
            f"{ident}-{shape.variant}",
            shape.variant,
            title,
            description,
            hidden=shape.narrow,
        )


def _overlap(
    below: list[int], above: list[int], wanted: Sequence[float], heights: Sequence[float]
) -> bool:
    return _stack(below, wanted, heights)[1] > _stack(above, wanted, heights)[0]


def _stack(
    group: list[int], wanted: Sequence[float], heights: Sequence[float]
) -> tuple[float, float]:
    """The lower and the upper end of labels set one above the other."""
    middle = sum(wanted[at] for at in group) / len(group)
    half = sum(heights[at] for at in group) / 2
    return middle - half, middle + half


def _step_at_most(value: float) -> float:
    decade = 10.0 ** math.floor(math.log10(value))
    return max(step for step in _STEPS if step * decade <= value * 1.001) * decade


def _step_at_least(value: float) -> float:
    decade = 10.0 ** math.floor(math.log10(value))
    return min(step for step in (*_STEPS, 10.0) if step * decade >= value * 0.999) * decade
