"""From what a drawing shows to SVG, in the two sizes that a page holds."""

from __future__ import annotations

from press.figures.drawing.curves import draw_curves
from press.figures.drawing.plots import Curves, Rows
from press.figures.drawing.rows import draw_rows
from press.figures.drawing.shapes import NARROW, WIDE


def render(plot: Rows | Curves, ident: str, title: str, description: str) -> str:
    """The drawing for a page and the one for a phone, as `svg` elements.

    Args:
        plot: what is drawn.
        ident: what their ids begin with; unique on a page.
        title: their name for a screen reader.
        description: what they show, for a screen reader.
    """
    shapes = (WIDE, NARROW)
    drawings = (
        draw_rows(plot, shape) if isinstance(plot, Rows) else draw_curves(plot, shape)
        for shape in shapes
    )
    return "".join(
        drawing.svg(ident, shape, title, description)
        for drawing, shape in zip(drawings, shapes, strict=True)
    )
