"""The same row, list and sum from PostgreSQL and from Redis.

A lone client asks one after the other and makes Python objects of the
rows, those of the cache from JSON.
"""

import json
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
from redis.asyncio import Redis

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

ORDERS = """CREATE TABLE orders AS
SELECT id, id % 1000 AS customer, id % 9973 AS cents,
now() - id * interval '1 minute' AS placed
FROM generate_series(1, {rows}) id"""
QUERIES = {
    "primary-key": """SELECT id, customer, cents FROM orders
WHERE id = $1""",
    "list": """SELECT id, customer, cents FROM orders
WHERE customer = $1 ORDER BY placed DESC LIMIT 20""",
    "aggregate": """SELECT customer % 10 AS region, sum(cents) AS cents
FROM orders WHERE id <> $1 GROUP BY 1 ORDER BY 1""",
}


async def prepare(setting: Setting) -> None:
    connection = await asyncpg.connect(setting.dsn)
    rows = setting.conditions["rows"]
    await connection.execute(ORDERS.format(rows=rows))
    await connection.execute("ALTER TABLE orders ADD PRIMARY KEY (id)")
    await connection.execute("CREATE INDEX ON orders (customer)")
    await connection.execute("VACUUM ANALYZE orders")
    await connection.close()


async def seconds(
    call: Callable[[], Awaitable[Any]], for_s: float
) -> float:
    """What one call in ten stays below.

    The median of a busy machine is that of its scheduler.
    """
    took: list[float] = []
    end = time.perf_counter() + for_s
    while (began := time.perf_counter()) < end or len(took) < 2:
        await call()
        took.append(time.perf_counter() - began)
    return statistics.quantiles(took, n=10, method="inclusive")[0]


async def compare(query: str, setting: Setting) -> Values:
    pool = asyncpg.create_pool(setting.dsn, min_size=1, max_size=1)
    key = f"{setting.redis_prefix}{query}"
    async with pool, Redis.from_url(setting.redis_url) as redis:

        async def load() -> Any:
            rows = await pool.fetch(QUERIES[query], 7)
            return [dict(row) for row in rows]

        async def hit() -> Any:
            return json.loads(await redis.get(key) or "")

        await redis.set(key, json.dumps(await load()), ex=600)
        assert await hit() == await load()
        cache = await seconds(hit, setting.conditions["seconds"])
        database = await seconds(load, setting.conditions["seconds"])
    return {
        "database": database,
        "cache": cache,
        "gain": database / cache,
    }


def gain(query: str, r: Round) -> float:
    return r[query]["gain"]


def saved(query: str, r: Round) -> float:
    """How much shorter, in percent."""
    return 100 * (1 - 1 / r[query]["gain"])


def break_even(query: str, r: Round) -> float:
    """The hit rate, in percent, at which a cache gains nothing."""
    return 100 / r[query]["gain"]


def spread(r: Round) -> float:
    hits = [values["cache"] for values in r.values()]
    return max(hits) / min(hits)


LABELS = {
    "primary-key": "a row by primary key",
    "list": "20 newest of a thousand rows",
    "aggregate": "a sum over all rows",
}

EXPERIMENT = Experiment(
    question="How much faster is a cached answer?",
    needs=frozenset({"postgres", "redis"}),
    conditions={"rows": 1_000_000, "seconds": 1.5},
    rehearsal={"rows": 1000, "seconds": 0.05},
    rounds=5,
    prepare=prepare,
    metrics={
        "database": Metric(label="from PostgreSQL", unit="s"),
        "cache": Metric(label="from Redis", unit="s"),
        "gain": Metric(label="PostgreSQL against Redis", unit="×"),
    },
    variants={
        query: Variant(label=LABELS[query], run=partial(compare, query))
        for query in QUERIES
    },
    quantities={
        "primary_key": Quantity(
            label="gain for a row by primary key",
            unit="×",
            of=partial(gain, "primary-key"),
        ),
        "list": Quantity(
            label="gain for the 20 newest of a thousand rows",
            unit="×",
            of=partial(gain, "list"),
        ),
        "aggregate": Quantity(
            label="gain for a sum over all rows",
            unit="×",
            of=partial(gain, "aggregate"),
        ),
        "primary_key_saved": Quantity(
            label="time saved for a row by primary key",
            unit="%",
            of=partial(saved, "primary-key"),
        ),
        "list_saved": Quantity(
            label="time saved for the 20 newest of a thousand rows",
            unit="%",
            digits=3,
            of=partial(saved, "list"),
        ),
        "aggregate_saved": Quantity(
            label="time saved for a sum over all rows",
            unit="%",
            digits=4,
            of=partial(saved, "aggregate"),
        ),
        "break_even": Quantity(
            label="hit rate without gain, for a row by primary key",
            unit="%",
            of=partial(break_even, "primary-key"),
        ),
        "hits": Quantity(
            label="slowest hit against the fastest",
            unit="×",
            of=spread,
        ),
    },
    claims=(
        Claim(
            "A row by primary key comes from Redis at most three times"
            " as fast",
            quantity="primary_key",
            at_most=3.0,
        ),
        Claim(
            "A sum over a million rows comes from Redis at least 100"
            " times as fast",
            quantity="aggregate",
            at_least=100.0,
        ),
        Claim(
            "A hit costs about the same whatever the query cost",
            quantity="hits",
            at_most=2.0,
        ),
        Claim(
            "A row by primary key is not 93 % faster",
            quantity="primary_key_saved",
            at_most=80.0,
        ),
    ),
)
