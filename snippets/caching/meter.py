"""Four numbers say whether a cache saves time: c, q, s and h."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from snippets.caching.crowd import Clock


# --8<-- [start:meter]
class Meter:
    """What reads of one kind cost, for your metrics."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seconds = defaultdict[str, float](float)
        self.begun, self.calls = Counter[str](), Counter[str]()

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        self.begun[step] += 1
        began = self._clock()
        yield  # a step that fails has begun, and was no call
        self.seconds[step] += self._clock() - began
        self.calls[step] += 1

    def hit_rate(self) -> float:
        looked = self.calls["look-up"] or math.nan  # no reads yet
        return 1 - self.begun["query"] / looked

    def mean(self, step: str) -> float:
        return self.seconds[step] / (self.calls[step] or math.nan)

    def break_even(self) -> float:
        """The hit rate above which the cache saves time."""
        c, q, s = map(self.mean, ("look-up", "query", "store"))
        return (c + s) / (q + s)


# --8<-- [end:meter]
