"""What many rounds of several runs say together: a median, its interval, the spread of the runs.

The interval is that of order statistics. Of n independent values, the k-th from below and the k-th
from above enclose the true median with the probability that a fair coin shows between k and n - k
heads in n throws, whatever the distribution; nothing is assumed to be normal. Below six values
even the lowest and the highest enclose it with less than 95 %, and how much less is told.

Rounds of one run resemble each other more than rounds of different days. The interval does not know
that, so it stands beside the spread between runs: the lowest and the highest median of a run.
"""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

CONFIDENCE = 0.95
FEWEST_RUNS = 3
APART = timedelta(minutes=10)


@dataclass(frozen=True)
class Pooled:
    """The values of all rounds, by run.

    Attributes:
        runs: for each run the values of its rounds; there is at least one value.
    """

    runs: tuple[tuple[float, ...], ...]

    @property
    def values(self) -> tuple[float, ...]:
        """All values, in the order in which they were measured."""
        return tuple(value for run in self.runs for value in run)

    def __iter__(self) -> Iterator[float]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def median(self) -> float:
        """The median over all rounds of all runs."""
        return statistics.median(self.values)

    @property
    def interval(self) -> tuple[float, float]:
        """Between which values the true median lies, with the probability of `coverage`."""
        ordered = sorted(self.values)
        rank, _ = enclosing(len(ordered))
        return ordered[rank - 1], ordered[-rank]

    @property
    def coverage(self) -> float:
        """How probable it is that the interval holds the true median, 0 to 1."""
        return enclosing(len(self))[1]

    @property
    def run_medians(self) -> tuple[float, ...]:
        """The median of each run."""
        return tuple(statistics.median(run) for run in self.runs if run)

    def scaled(self, factor: float) -> "Pooled":
        """The same in another unit."""
        return Pooled(tuple(tuple(value * factor for value in run) for run in self.runs))


def enclosing(number: int) -> tuple[int, float]:
    """Which order statistics enclose the median, counted from both ends, and how probably.

    Args:
        number: how many values there are, at least one.

    Returns:
        The highest rank whose interval has 95 %, or else rank 1 with what it has.
    """
    rank, coverage = 1, _coverage(number, 1)
    while 2 * (rank + 1) <= number and _coverage(number, rank + 1) >= CONFIDENCE:
        rank += 1
        coverage = _coverage(number, rank)
    return rank, coverage


def begun_apart(started: Sequence[datetime]) -> int:
    """How many runs there are that began at least ten minutes after the one counted before.

    Runs in the same few minutes met the same state of the machine: they count once.
    """
    count = 0
    last: datetime | None = None
    for begin in sorted(started):
        if last is None or begin - last >= APART:
            count += 1
            last = begin
    return count


def _coverage(number: int, rank: int) -> float:
    """1 minus twice the probability of fewer than `rank` heads; in whole numbers until the end."""
    outside = sum(math.comb(number, heads) for heads in range(rank))
    return float(1 - Fraction(2 * outside, 2**number))
