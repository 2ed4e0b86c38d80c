"""What the drawings show: all that each depends on, and nothing of how it is drawn.

Free of Matplotlib, so that a build whose drawings are remembered never imports it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.pooling import Pooled


@dataclass(frozen=True)
class Row:
    """One variant.

    Attributes:
        label: what it is.
        role: its color.
        measured: what the rounds measured, in the unit shown.
    """

    label: str
    role: str
    measured: Pooled


@dataclass(frozen=True)
class Rows:
    """Everything a drawing of rows depends on."""

    rows: tuple[Row, ...]
    unit: str
    label: str
    bars: bool
    log: bool


@dataclass(frozen=True)
class Curve:
    """One line, or a level that holds over the whole axis.

    Attributes:
        label: what it is.
        role: its color and stroke.
        xs: where it was measured; empty for a level.
        measured: for each x, or once for a level, what the rounds measured, in the unit shown.
    """

    label: str
    role: str
    xs: tuple[float, ...]
    measured: tuple[Pooled, ...]


@dataclass(frozen=True)
class Curves:
    """Everything a drawing of lines depends on."""

    curves: tuple[Curve, ...]
    x_label: str
    x_unit: str
    y_label: str
    log_x: bool
    log_y: bool
