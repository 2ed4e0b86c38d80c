"""200 readers just before a popular key expires, and 200 just after.

They are spread over four caches, each with its own Redis client, as
over four processes. A load is a statement that takes `load_s` in
PostgreSQL.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

import asyncpg
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
from snippets.caching.locked import LockedCache
from snippets.caching.naive_stampede import PlainCache
from snippets.caching.single_flight import SingleFlightCache
from snippets.caching.stale import StaleCache

PROCESSES = 4
LOAD = "SELECT 'report' FROM pg_sleep($1)"


New = Callable[[Redis, Load, float], Cache]


async def stampede(new: New, setting: Setting) -> Values:
    conditions = setting.conditions
    load_s, ttl_s = conditions["load_s"], conditions["ttl_s"]
    key = f"{setting.redis_prefix}{time.monotonic_ns()}"
    loads = 0
    waits: list[float] = []
    others = asyncio.all_tasks()

    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            asyncpg.create_pool(
                setting.dsn,
                min_size=conditions["connections"],
                max_size=conditions["connections"],
            )
        )

        async def load(key: str) -> str:
            nonlocal loads
            loads += 1
            return str(await database.fetchval(LOAD, load_s))

        caches: list[Cache] = []
        for _ in range(PROCESSES):
            pool = BlockingConnectionPool.from_url(
                setting.redis_url, max_connections=10
            )
            await stack.enter_async_context(pool)
            redis = Redis(connection_pool=pool)
            caches.append(new(redis, load, ttl_s))

        async def read(key: str, reader: int) -> None:
            began = time.perf_counter()
            await caches[reader % PROCESSES].get(key)
            waits.append(time.perf_counter() - began)

        async def crowd(key: str) -> None:
            readers = range(conditions["readers"])
            await asyncio.gather(*(read(key, i) for i in readers))

        await caches[0].get(f"{key}:other")
        await crowd(f"{key}:other")  # opens the connections to Redis
        await caches[0].get(key)
        stored = time.monotonic()
        waits.clear()
        loads = 0
        before = stored + ttl_s - load_s
        await asyncio.sleep(before - time.monotonic())
        await crowd(key)
        await asyncio.sleep(stored + ttl_s - time.monotonic())
        await asyncio.sleep(load_s / 10)
        await crowd(key)
        # Loads in the background.
        await asyncio.gather(*asyncio.all_tasks() - others)
    return {"loads": loads, "slowest": max(waits) / load_s}


def loads(variant: str, r: Round) -> float:
    return r[variant]["loads"]


NEW: dict[str, New] = {
    "plain": PlainCache,
    "early": lambda redis, load, ttl_s: EarlyCache(
        redis, load, ttl_s, time.time
    ),
    "flight": SingleFlightCache,
    "lock": LockedCache,
    "stale": lambda redis, load, ttl_s: StaleCache(
        redis, load, ttl_s, time.time
    ),
}
LABELS = {
    "plain": "no remedy",
    "early": "XFetch: reload early, by chance",
    "flight": "single flight in each process",
    "lock": "lock in Redis",
    "stale": "serve stale, one reloads",
}

DIGITS = {"plain": 3, "early": 2}  # of counts: 200, some 74, 4, 1, 1

EXPERIMENT = Experiment(
    question="How often is a popular key loaded when it expires?",
    needs=frozenset({"postgres", "redis"}),
    conditions={
        "readers": 200,
        "load_s": 0.3,
        "ttl_s": 3.5,
        "connections": 40,
    },
    rehearsal={
        "readers": 8,
        "load_s": 0.02,
        "ttl_s": 0.3,
        "connections": 2,
    },
    rounds=3,
    metrics={
        "loads": Metric(label="loads of one key", unit="loads"),
        "slowest": Metric(
            label="the slowest reader", unit="load times"
        ),
    },
    variants={
        name: Variant(
            label=LABELS[name],
            run=partial(stampede, new),
            baseline=name == "plain",
        )
        for name, new in NEW.items()
    },
    quantities={
        name: Quantity(
            label=f"loads: {LABELS[name]}",
            unit="",
            digits=DIGITS.get(name, 1),
            of=partial(loads, name),
        )
        for name in NEW
    },
    claims=(
        Claim(
            "Without a remedy every reader loads",
            quantity="plain",
            at_least=200.0,
        ),
        Claim(
            "With XFetch 200 / e readers load if all come at once, one"
            " load time before the end",
            quantity="early",
            at_least=50.0,
            at_most=110.0,
        ),
        Claim(
            "A single flight loads at most once in each process",
            quantity="flight",
            at_most=4.0,
        ),
        Claim("A lock loads once", quantity="lock", at_most=1.0),
        Claim(
            "Serving stale loads once", quantity="stale", at_most=1.0
        ),
    ),
)
