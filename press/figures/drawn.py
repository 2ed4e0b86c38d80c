"""Drawings, made only where the same was not drawn before."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from press.figures.drawing.plots import Curves, Rows
from press.memo import Memo

MEMO = Memo("figures", __name__, libraries=("matplotlib", "numpy"))


def drawn(plot: Rows | Curves, ident: str, title: str, description: str) -> str:
    """The `svg` elements of a drawing: one for a page, one for a phone.

    Args:
        plot: what is drawn.
        ident: what their ids begin with; unique on a page.
        title: their name for a screen reader.
        description: what they show, for a screen reader.
    """

    def draw() -> str:
        # Imported late: Matplotlib takes a second, which a build whose drawings are all remembered
        # need not spend.
        from press.figures.drawing.render import render

        return render(plot, ident, title, description)

    made_of = [type(plot).__name__, asdict(plot), ident, title, description]
    return MEMO.recall(Path(), made_of, draw)
