"""A number with its unit, as readers see it: in sentences, in tables, on axes, on cards."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DEFAULT_DIGITS = 3

_ATTACHED = {"×", "%"}
"""Units set without a space before them."""

# Symbol, size, and the size from which it is used: latencies are read in milliseconds, so
# 0.9 ms stays 0.9 ms, but 0.9 s is 900 ms.
_SECONDS = (("s", 1.0, 1.0), ("ms", 1e-3, 1e-4), ("µs", 1e-6, 1e-7), ("ns", 1e-9, 0.0))
_BYTES = (
    ("TB", 1e12, 1e12),
    ("GB", 1e9, 1e9),
    ("MB", 1e6, 1e6),
    ("kB", 1e3, 1e3),
    ("B", 1.0, 0.0),
)
_PREFIXED = {symbol: (ladder, size) for ladder in (_SECONDS, _BYTES) for symbol, size, _ in ladder}


@dataclass(frozen=True)
class Scale:
    """The unit in which a group of values is shown.

    Attributes:
        unit: the unit, with the SI prefix that suits the values.
        factor: what a recorded value is multiplied by to be in that unit.
    """

    unit: str
    factor: float


def scale_for(values: Iterable[float], unit: str, digits: int | None = None) -> Scale:
    """The unit that suits the largest of `values`: 0.0042 s is read as 4.2 ms.

    Only times (`s`, `ms`, `µs`, `ns`) and sizes (`B`, `kB`, …) change their prefix.
    """
    if unit not in _PREFIXED:
        return Scale(unit, 1.0)
    ladder, size = _PREFIXED[unit]
    largest = max((abs(_rounded(value, digits)) for value in values), default=0.0) * size
    if largest == 0.0:
        return Scale(unit, 1.0)
    # The tolerance forgives what binary fractions add and take: 1,000 ms is 1 s.
    symbol, step = next((s, step) for s, step, least in ladder if largest >= least * (1 - 1e-9))
    return Scale(symbol, size / step)


def common_scale(values: Iterable[float], unit: str) -> Scale:
    """The unit that suits values of different magnitudes best: that of the middle between them.

    A column that holds 2.35 s and 0.00128 s is read in milliseconds.
    """
    magnitudes = [math.log10(abs(value)) for value in values if value]
    if not magnitudes:
        return Scale(unit, 1.0)
    return scale_for([10 ** ((min(magnitudes) + max(magnitudes)) / 2)], unit)


def format_value(value: float, unit: str, digits: int | None = None) -> str:
    """A value and its unit, in the prefix that suits it: `2,198 req/s`, `4.2×`, `0.9 ms`.

    Args:
        value: in `unit`; a percentage is 41 for 41%, not 0.41.
        unit: as recorded; empty for a plain count.
        digits: significant digits, all of which are shown; None for the rule of `format_number`.
    """
    scale = scale_for([value], unit, digits)
    return with_unit(format_number(value * scale.factor, digits), scale.unit)


def format_range(low: float, high: float, unit: str, digits: Callable[[float], int | None]) -> str:
    """Two values and their unit, in one prefix: `2,100 to 2,210 req/s`, `4.1× to 4.4×`.

    Args:
        low: the lower value, in `unit`.
        high: the higher value, in `unit`.
        unit: as recorded.
        digits: the significant digits of each.
    """
    scale = scale_for([low, high], unit, digits(high))
    first, last = (format_number(value * scale.factor, digits(value)) for value in (low, high))
    first = first + scale.unit if scale.unit in _ATTACHED else first
    return f"{first} to {with_unit(last, scale.unit)}"


def with_unit(number: str, unit: str) -> str:
    """A formatted number followed by its unit, on one line whatever the width of the page."""
    if not unit:
        return number
    return number + unit if unit in _ATTACHED else number + NO_BREAK_SPACE + unit


def format_number(value: float, digits: int | None = None) -> str:
    """A number with its thousands separated: `2,198`, `51.2`, `0.0042`, `−3`.

    Args:
        value: the number.
        digits: significant digits, all of which are shown (4 with two digits is `4.0`, 2,198 is
            `2,200`). None shows whole numbers whole, and of others three digits without
            trailing zeros.
    """
    rounded = _rounded(value, digits)
    if digits is None:
        text = f"{rounded:,.{_decimals(rounded, DEFAULT_DIGITS)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{rounded:,.{_decimals(rounded, digits)}f}"
    return text.replace("-", MINUS) if rounded else text.replace("-", "")


def _rounded(value: float, digits: int | None) -> float:
    if digits is None and abs(value) >= 10 ** (DEFAULT_DIGITS - 1):
        return float(round(value))
    return float(f"{value:.{(digits or DEFAULT_DIGITS) - 1}e}")


def _decimals(rounded: float, digits: int) -> int:
    if rounded == 0:
        return digits - 1
    exponent = int(f"{rounded:e}".partition("e")[2])
    return max(0, digits - 1 - exponent)
