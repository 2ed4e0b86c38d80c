"""Four numbers say whether a cache saves time: c, q, s and h."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from snippets.caching.crowd import Clock


# --8<-- [start:meter]
class Meter:
    """What reads of one kind cost, for your metrics."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seconds = defaultdict[str, float](float)
        self.calls = defaultdict[str, int](int)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        began = self._clock()
        yield
        self.seconds[step] += self._clock() - began
        self.calls[step] += 1

    def hit_rate(self) -> float:
        return 1 - self.calls["query"] / self.calls["look-up"]

    def mean(self, step: str) -> float:
        return self.seconds[step] / self.calls[step]

    def break_even(self) -> float:
        """The hit rate above which the cache saves time."""
        c, q, s = map(self.mean, ("look-up", "query", "store"))
        return (c + s) / (q + s)


# --8<-- [end:meter]
