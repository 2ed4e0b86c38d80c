"""The same answers from PostgreSQL and from Redis.

A lone client makes Python objects of the rows, those of the cache from
JSON. Each call is one round trip; `reset` is a second one, which
asyncpg's pool makes when a connection comes back.
"""

import random
import statistics
import time
from functools import partial

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
from snippets.caching.experiments._orders import (
    QUERIES,
    Call,
    prepare,
    ways,
)


async def medians(calls: dict[str, Call], for_s: float) -> Values:
    """Seconds of each, in turns of a fifth, in random order."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    turns = [name for name in calls for _ in range(5)]
    random.shuffle(turns)
    for name in turns:
        await calls[name]()  # whatever ran before is not its fault
        end = time.perf_counter() + for_s / len(turns)
        while (began := time.perf_counter()) < end or not took[name]:
            await calls[name]()
            took[name].append(time.perf_counter() - began)
    return {name: statistics.median(took[name]) for name in calls}


async def compare(query: str, setting: Setting) -> Values:
    async with ways(query, setting) as way:
        calls = {
            "cache": way.hit,
            "database": way.query,
            "reset": way.reset,
        }
        took = await medians(calls, setting.conditions["seconds"])
    return {**took, "gain": took["database"] / took["cache"]}


def gain(query: str, r: Round) -> float:
    return r[query]["gain"]


def with_reset(query: str, r: Round) -> float:
    return r[query]["reset"] / r[query]["cache"]


def reset_in_hits(r: Round) -> float:
    row = r["primary-key"]
    return (row["reset"] - row["database"]) / row["cache"]


def index(r: Round) -> float:
    return r["list-unindexed"]["database"] / r["list"]["database"]


def size(query: str, r: Round) -> float:
    return r[query]["cache"] / r["primary-key"]["cache"]


LABELS = {
    "primary-key": "a row by primary key",
    "list": "20 newest of a thousand rows",
    "list-unindexed": "20 newest, without the index",
    "thousand": "1,000 rows",
    "ten-thousand": "10,000 rows",
    "aggregate": "a sum over all rows",
}

EXPERIMENT = Experiment(
    question="How much faster is a cached answer?",
    needs=frozenset({"postgres", "redis"}),
    conditions={"rows": 1_000_000, "seconds": 1.5},
    rehearsal={"rows": 20_000, "seconds": 0.02},
    rounds=5,
    prepare=prepare,
    metrics={
        "database": Metric(label="from PostgreSQL", unit="s"),
        "cache": Metric(label="from Redis", unit="s"),
        "reset": Metric(label="from PostgreSQL, and reset", unit="s"),
        "gain": Metric(label="PostgreSQL against Redis", unit="×"),
    },
    variants={
        query: Variant(label=LABELS[query], run=partial(compare, query))
        for query in QUERIES
    },
    quantities={
        **{
            query.replace("-", "_"): Quantity(
                label=f"gain for {LABELS[query]}",
                unit="×",
                of=partial(gain, query),
            )
            for query in QUERIES
        },
        "with_reset": Quantity(
            label="gain for a row by primary key, if asyncpg resets",
            unit="×",
            of=partial(with_reset, "primary-key"),
        ),
        "reset": Quantity(
            label="the reset, in hits of one row",
            unit="",
            of=reset_in_hits,
        ),
        "index": Quantity(
            label="the list without its index against with it",
            unit="×",
            of=index,
        ),
        "size": Quantity(
            label="a hit of 10,000 rows against a hit of one",
            unit="×",
            of=partial(size, "ten-thousand"),
        ),
    },
    claims=(
        Claim(
            "With one round trip each, a row by primary key comes from"
            " Redis at most twice as fast",
            quantity="primary_key",
            at_most=2.0,
        ),
        Claim(
            "The reset costs about what a hit costs, a round trip",
            quantity="reset",
            at_least=0.5,
            at_most=2.0,
        ),
        Claim(
            "An index is worth at least three times to the list",
            quantity="index",
            at_least=3.0,
        ),
        Claim(
            "With it, a list comes from Redis at most three times as"
            " fast",
            quantity="list",
            at_most=3.0,
        ),
        Claim(
            "A sum over a million rows comes from Redis at least 100"
            " times as fast",
            quantity="aggregate",
            at_least=100.0,
        ),
        Claim(
            "A hit of 10,000 rows costs at least 20 hits of one",
            quantity="size",
            at_least=20.0,
        ),
    ),
)
