"""At which hit rate a cache saves nothing: the formula, and a run.

Half-cold traffic tells c, q and s. Then reads are sent with the hit
rate that they predict, and with c/q, each followed by the query alone.
"""

import random
import statistics
import time
from functools import partial
from typing import Any

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Values,
    Variant,
)
from snippets.caching.experiments._orders import Ways, prepare, ways
from snippets.caching.meter import Meter
from snippets.caching.metered import cached


class Reads:
    """Reads of one answer under many keys, of which one is warm."""

    def __init__(self, way: Ways) -> None:
        self._way = way
        self._cold = 0

    async def one(self, hit_rate: float, meter: Meter) -> Any:
        key = self._way.key
        if random.random() >= hit_rate:
            self._cold += 1
            key = f"{key}:{time.monotonic_ns()}:{self._cold}"
        return await cached(
            self._way.redis, key, self._way.query, meter
        )

    async def against_query(
        self, hit_rate: float, meter: Meter, turns: int, reads: int
    ) -> float:
        """Their time divided by that of the query alone, by turns."""
        ratios: list[float] = []
        for _ in range(turns):
            through = alone = 0.0
            for _ in range(reads):
                began = time.perf_counter()
                await self.one(hit_rate, meter)
                between = time.perf_counter()
                await self._way.query()
                through += between - began
                alone += time.perf_counter() - between
            ratios.append(through / alone)
        return statistics.median(ratios)


async def check(query: str, setting: Setting) -> Values:
    turns, reads = (setting.conditions[n] for n in ("turns", "reads"))
    async with ways(query, setting) as way:
        sent, meter = Reads(way), Meter(time.perf_counter)
        await sent.against_query(0.5, meter, turns, reads)
        needed = meter.break_even()
        short = meter.mean("look-up") / meter.mean("query")
        return {
            "needed": 100 * needed,
            "short": 100 * short,
            "at_needed": await sent.against_query(
                needed, meter, turns, reads
            ),
            "at_short": await sent.against_query(
                short, meter, turns, reads
            ),
        }


def of(query: str, metric: str, r: Round) -> float:
    return r[query][metric]


LABELS = {"primary-key": "a row by primary key", "list": "the list"}

EXPERIMENT = Experiment(
    question="At which hit rate does a cache save nothing?",
    needs=frozenset({"postgres", "redis"}),
    conditions={"rows": 1_000_000, "turns": 20, "reads": 100},
    rehearsal={"rows": 20_000, "turns": 2, "reads": 10},
    rounds=5,
    prepare=prepare,
    metrics={
        "needed": Metric(label="(c + s)/(q + s)", unit="%"),
        "short": Metric(label="c/q", unit="%"),
        "at_needed": Metric(label="time at (c + s)/(q + s)", unit="×"),
        "at_short": Metric(label="time at c/q", unit="×"),
    },
    variants={
        query: Variant(label=label, run=partial(check, query))
        for query, label in LABELS.items()
    },
    quantities={
        f"{query}_{metric}".replace("-", "_"): Quantity(
            label=f"{LABELS[query]}: {label}",
            unit=unit,
            of=partial(of, query, metric),
        )
        for query in LABELS
        for metric, label, unit in (
            ("needed", "hit rate needed, (c + s)/(q + s)", "%"),
            ("short", "c/q", "%"),
            ("at_needed", "time at that rate, of the query's", "×"),
            ("at_short", "time at c/q, of the query's", "×"),
        )
    },
    claims=(
        Claim(
            "At a hit rate of (c + s)/(q + s) the cached row takes as"
            " long as the query",
            quantity="primary_key_at_needed",
            at_least=0.9,
            at_most=1.1,
        ),
        Claim(
            "At a hit rate of (c + s)/(q + s) the cached list takes as"
            " long as the query",
            quantity="list_at_needed",
            at_least=0.9,
            at_most=1.1,
        ),
        Claim(
            "At c/q the cached list takes longer than the query",
            quantity="list_at_short",
            at_least=1.05,
        ),
    ),
)
