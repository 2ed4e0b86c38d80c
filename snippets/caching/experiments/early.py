"""XFetch and a plain cache when readers come one by one.

They arrive at random, independently (Poisson), at a rate that does
not depend on the answers. Counted are the loads of a key that begin
between half its life and the end of the first of them.
"""

import asyncio
import random
import time
from collections.abc import Callable
from functools import partial

from redis.asyncio import BlockingConnectionPool, Redis

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
from snippets.caching.crowd import Cache, Load
from snippets.caching.early import EarlyCache
from snippets.caching.naive_stampede import PlainCache

New = Callable[[Redis, Load, float], Cache]


class Key:
    """One key, its readers, and the loads they caused."""

    def __init__(
        self, redis: Redis, new: New, setting: Setting
    ) -> None:
        conditions = setting.conditions
        self._load_s = conditions["load_s"]
        self._ttl_s = conditions["ttl_s"]
        self._cache = new(redis, self._load, self._ttl_s)
        self.loads = self.reads = 0
        self.renewed = False
        self.seconds = 0.0
        self.late_s = 0.0  # the generator's own lag, at its worst

    async def _load(self, key: str) -> str:
        self.loads += 1
        await asyncio.sleep(self._load_s)
        self.renewed = True
        return "report"

    async def read_by(self, rate: float, name: str) -> None:
        """Until its value is loaded again, or was not in time."""
        await self._cache.get(name)
        self.loads, self.renewed = 0, False
        stored = time.perf_counter()
        end = stored + self._ttl_s + self._load_s
        due = stored + self._ttl_s / 2
        async with asyncio.TaskGroup() as readers:
            while (due := due + random.expovariate(rate)) < end:
                if self.renewed:
                    break
                await asyncio.sleep(due - time.perf_counter())
                late_s = time.perf_counter() - due
                self.late_s = max(self.late_s, late_s)
                self.reads += 1
                readers.create_task(self._cache.get(name))
            self.seconds = due - stored - self._ttl_s / 2


async def arrivals(new: New, rate: float, setting: Setting) -> Values:
    conditions = setting.conditions
    prefix = f"{setting.redis_prefix}{time.monotonic_ns()}"
    loads: list[int] = []
    late_s = reads = seconds = 0.0
    pool = BlockingConnectionPool.from_url(setting.redis_url)
    async with Redis.from_pool(pool) as redis:
        # Side by side, so that it ends soon, and stays punctual.
        beside = max(2, min(12, int(conditions["reads_per_s"] / rate)))
        while len(loads) < conditions["keys"]:
            keys = [Key(redis, new, setting) for _ in range(beside)]
            async with asyncio.TaskGroup() as group:
                for number, key in enumerate(keys, len(loads)):
                    name = f"{prefix}:{number}"
                    group.create_task(key.read_by(rate, name))
            loads += [key.loads for key in keys]
            reads += sum(key.reads for key in keys)
            seconds += sum(key.seconds for key in keys)
            late_s = max(late_s, *(key.late_s for key in keys), 0.0)
    return {
        "loads": sum(loads) / len(loads),
        "rate": reads / seconds,
        "late": late_s,
    }


def early(redis: Redis, load: Load, ttl_s: float) -> Cache:
    return EarlyCache(redis, load, ttl_s, time.time)


RATES = (10, 100, 1000)
WAYS: dict[str, tuple[str, New]] = {
    "plain": ("no remedy", PlainCache),
    "early": ("XFetch", early),
}


def loads(variant: str, r: Round) -> float:
    return r[variant]["loads"]


def late(r: Round) -> float:
    return max(values["late"] for values in r.values())


EXPERIMENT = Experiment(
    question="How often is a key loaded when readers come one by one?",
    needs=frozenset({"redis"}),
    conditions={
        "load_s": 0.05,
        "ttl_s": 0.8,
        "keys": 24,
        "reads_per_s": 2000,
    },
    rehearsal={
        "load_s": 0.02,
        "ttl_s": 0.2,
        "keys": 2,
        "reads_per_s": 100,
    },
    rounds=3,
    metrics={
        "loads": Metric(label="loads at the end of a life", unit=""),
        "rate": Metric(label="readers that came", unit="readers/s"),
        "late": Metric(label="the generator's lag, at most", unit="s"),
    },
    variants={
        f"{name}-{rate}": Variant(
            label=f"{label}, {rate:,} readers/s",
            run=partial(arrivals, new, rate),
        )
        for name, (label, new) in WAYS.items()
        for rate in RATES
    },
    quantities={
        **{
            f"{name}_{rate}": Quantity(
                label=f"loads: {label}, {rate:,} readers/s",
                unit="",
                of=partial(loads, f"{name}-{rate}"),
            )
            for name, (label, _) in WAYS.items()
            for rate in RATES
        },
        "lag": Quantity(
            label="the generator's lag, at most", unit="s", of=late
        ),
    },
    claims=(
        Claim(
            "With XFetch and 100 readers/s a value is loaded about e"
            " times",
            quantity="early_100",
            at_least=1.7,
            at_most=3.8,
        ),
        Claim(
            "and no more often with 1,000",
            quantity="early_1000",
            at_least=1.7,
            at_most=3.8,
        ),
        Claim(
            "Without a remedy the loads are those that arrive during"
            " one",
            quantity="plain_1000",
            at_least=45.0,
            at_most=57.0,
        ),
        Claim(
            "The readers came when they should",
            quantity="lag",
            at_most=0.05,
        ),
    ),
)
