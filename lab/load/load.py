"""What a load found, and whether it means anything."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from lab.load.plan import Closed, Plan

BUSY = 0.9  # of a core: beyond it a generator measures its own queue
PUNCTUAL = 0.99

NO_CONNECTION = "no connection left"  # all that a generator may have are busy


@dataclass(frozen=True)
class Sent:
    """One request that counts; times in seconds.

    Attributes:
        scheduled_s: when it was due, after the beginning of what counts.
        lag_s: how much later than due the generator began to send it, or to connect for it.
        latency_s: from when it was due to the end of its answer, or to its failure.
        outcome: the status such as "200", or else why there is none: "timeout", "refused",
            "reset", "closed", `NO_CONNECTION`.
    """

    scheduled_s: float
    lag_s: float
    latency_s: float
    outcome: str


@dataclass(frozen=True)
class Load:
    """A load that was sent.

    Latency counts from the time at which a request was due, not from the time at which it was
    sent: a stall is met by all who would have come during it, not by one.

    Attributes:
        plan: what was asked for.
        sent: every request that counts, in the order in which they were due.
        processor: the generator's own processor time, as a share of one core.
        loop_lag_s: how late the generator's loop was, sampled meanwhile; sorted.
    """

    plan: Plan
    sent: tuple[Sent, ...]
    processor: float
    loop_lag_s: tuple[float, ...]

    @cached_property
    def outcomes(self) -> Counter[str]:
        """How many requests had each outcome."""
        return Counter(one.outcome for one in self.sent)

    @property
    def errors(self) -> dict[str, int]:
        """How many requests had each outcome that is not a status below 400."""
        return {kind: count for kind, count in self.outcomes.items() if not _served(kind)}

    @property
    def rate(self) -> float:
        """Requests a second that were really sent within the seconds that count."""
        within = sum(one.scheduled_s + one.lag_s <= self.plan.seconds for one in self.sent)
        return within / self.plan.seconds

    @property
    def throughput(self) -> float:
        """Requests a second that were sent and served, with a status below 400, in those seconds.

        What was in flight when they began does not count: of a closed loop with a queue take
        `rate`, which is that of the answers.
        """
        within = sum(
            _served(one.outcome) and one.scheduled_s + one.latency_s <= self.plan.seconds
            for one in self.sent
        )
        return within / self.plan.seconds

    def latencies_s(self, outcome: str = "200") -> list[float]:
        """Seconds from due to the end of the answer, of one outcome, sorted."""
        return sorted(one.latency_s for one in self.sent if one.outcome == outcome)

    def quantile_s(self, share: float, outcome: str = "200") -> float:
        """The latency in seconds that this share of the requests with this outcome did not exceed.

        A service that refuses what it cannot serve has short latencies; see `served_within`.

        Raises:
            LookupError: no request had this outcome.
        """
        latencies = self.latencies_s(outcome)
        if not latencies:
            raise LookupError(f"no request ended in {outcome!r}; there were: {dict(self.outcomes)}")
        return quantile(latencies, share)

    def served_within(self, seconds: float) -> float:
        """Of all requests that were due, the share that was served within this time, 0 to 1.

        Raises:
            ZeroDivisionError: none was due.
        """
        served = sum(_served(one.outcome) and one.latency_s <= seconds for one in self.sent)
        return served / len(self.sent)

    @property
    def lag_s(self) -> float:
        """How late, in seconds, the generator was at most in 99 of 100 cases.

        In an open loop that is the lateness of the requests; in a closed loop, where a late
        generator asks late and so looks punctual, that of its event loop.
        """
        lags: Iterable[float] = (one.lag_s for one in self.sent)
        if isinstance(self.plan.arrivals, Closed):
            lags = self.loop_lag_s
        return quantile(sorted(lags) or [math.inf], PUNCTUAL)

    @property
    def void(self) -> str | None:
        """Why this load says nothing of the application: the generator was the bottleneck.

        It does not depend on what the application answered.
        """
        if self.processor >= BUSY:
            return f"the generator used {100 * self.processor:.0f} % of a core"
        if self.lag_s > self.plan.lag_bound_s:
            return (
                f"the generator was {1000 * self.lag_s:.1f} ms late or more for 1 % of the "
                f"requests; the bound was {1000 * self.plan.lag_bound_s:g} ms"
            )
        if self.outcomes[NO_CONNECTION]:
            return f"the generator had no connection left for {self.outcomes[NO_CONNECTION]}"
        return None


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed.

    Raises:
        IndexError: there is no value.
    """
    rank = math.ceil(share * len(ordered) - 1e-9)
    return ordered[max(0, rank - 1)]


def _served(outcome: str) -> bool:
    return outcome.isdigit() and int(outcome) < 400
