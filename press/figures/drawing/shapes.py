"""The two sizes in which a figure is drawn, so that its text is readable on a page and a phone."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

TEXT = 14.0
"""The size of text in a drawing, in its own units."""

LINE_HEIGHT = 17.0

# What a letter of the site's serif takes, in sizes of the text: on average, a little generous.
_LETTER = 0.48
_CAPITAL = 0.66
_BROAD = dict.fromkeys("mwMW%", 0.85)


@dataclass(frozen=True)
class Shape:
    """One size of a figure, in units that are pixels where it is shown at full size.

    Attributes:
        variant: the class by which the style sheet shows it.
        width: how wide it is drawn.
        label: the number of letters after which a label is broken.
        narrow: whether labels stand above what they name instead of beside it.
    """

    variant: str
    width: float
    label: int
    narrow: bool


WIDE = Shape("wide", width=640, label=22, narrow=False)
NARROW = Shape("narrow", width=356, label=12, narrow=True)


def broken(text: str, letters: int) -> str:
    """Text on several lines of about as many letters; words stay whole."""
    return "\n".join(textwrap.wrap(text, letters, break_long_words=False, break_on_hyphens=False))


def fitted(text: str, width: float) -> str:
    """Text on as many lines as it needs to be no wider than `width`, in units."""
    first, *words = text.split(" ")
    lines = [first]
    for word in words:
        longer = f"{lines[-1]} {word}"
        if _width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def extent(text: str) -> tuple[float, float]:
    """How wide and how high text is when drawn, in units."""
    lines = text.split("\n")
    return max(_width(line) for line in lines), len(lines) * LINE_HEIGHT


def centered(wanted: float, text: str, width: float) -> float:
    """Where the middle of text goes that should be at `wanted` and must stay within `width`."""
    half = extent(text)[0] / 2
    return min(max(wanted, half), max(width - half, half))


def _width(line: str) -> float:
    return TEXT * sum(
        _BROAD.get(letter, _CAPITAL if letter.isupper() else _LETTER) for letter in line
    )
