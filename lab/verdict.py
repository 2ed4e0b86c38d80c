"""Whether a claim holds, does not hold, or is not settled by what was measured."""

from typing import Literal

Verdict = Literal["holds", "does not hold", "not settled"]


def verdict(
    interval: tuple[float, float], at_least: float | None = None, at_most: float | None = None
) -> Verdict:
    """Judge bounds, which are included, by the interval of a median.

    A claim holds when the whole interval lies within its bounds, does not when all of it lies
    outside, and is not settled when the interval reaches across a bound.
    """
    low, high = interval
    lowest = float("-inf") if at_least is None else at_least
    highest = float("inf") if at_most is None else at_most
    if lowest <= low and high <= highest:
        return "holds"
    if high < lowest or highest < low:
        return "does not hold"
    return "not settled"
