"""The gain for a row, with both servers further and further away.

Both are behind a relay that delays what passes and counts how often
the client speaks.
"""

import statistics
import time
from functools import partial
from urllib.parse import urlsplit

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
from snippets.caching.experiments._orders import Call, prepare, ways
from snippets.caching.experiments._relay import Relay, relay

QUERY = "primary-key"


async def measured(
    call: Call, through: Relay, times: int
) -> tuple[float, float]:
    """The seconds of a call, and how often the client speaks."""
    took: list[float] = []
    await call()
    before = through.spoken
    for _ in range(times):
        began = time.perf_counter()
        await call()
        took.append(time.perf_counter() - began)
    return statistics.median(took), (through.spoken - before) / times


async def apart(delay_s: float, setting: Setting) -> Values:
    redis, postgres = urlsplit(setting.redis_url), urlsplit(setting.dsn)
    times = setting.conditions["times"]
    async with (
        relay(
            redis.hostname or "", redis.port or 6379, delay_s
        ) as near,
        relay(
            postgres.hostname or "", postgres.port or 5432, delay_s
        ) as far,
    ):
        user = redis.netloc.rpartition("@")[0]
        at = f"{user}@" if user else ""
        url = redis._replace(netloc=f"{at}127.0.0.1:{near.port}")
        to = {"host": "127.0.0.1", "port": far.port}
        async with ways(QUERY, setting, 1, url.geturl(), to) as way:
            trip, _ = await measured(way.redis.ping, near, times)
            hit, hits = await measured(way.hit, near, times)
            query, queries = await measured(way.query, far, times)
            reset, resets = await measured(way.reset, far, times)
    return {
        "trip": trip,
        "gain": query / hit,
        "with_reset": reset / hit,
        "hit_trips": hits,
        "query_trips": queries,
        "reset_trips": resets,
    }


def of(variant: str, metric: str, r: Round) -> float:
    return r[variant][metric]


EXPERIMENT = Experiment(
    question="What is the gain when both servers are far away?",
    needs=frozenset({"postgres", "redis"}),
    conditions={"rows": 10_000, "times": 200},
    rehearsal={"rows": 1000, "times": 5},
    rounds=5,
    prepare=prepare,
    metrics={
        "trip": Metric(label="a round trip", unit="s"),
        "gain": Metric(label="PostgreSQL against Redis", unit="×"),
        "with_reset": Metric(label="the same with the reset", unit="×"),
        "hit_trips": Metric(label="round trips of a hit", unit=""),
        "query_trips": Metric(label="of the query", unit=""),
        "reset_trips": Metric(label="of query and reset", unit=""),
    },
    variants={
        "near": Variant(label="nearby", run=partial(apart, 0.0)),
        "far": Variant(
            label="some milliseconds away", run=partial(apart, 0.002)
        ),
    },
    quantities={
        "gain": Quantity(
            label="gain for a row, both servers some milliseconds away",
            unit="×",
            of=partial(of, "far", "gain"),
        ),
        "with_reset": Quantity(
            label="the same, if asyncpg resets",
            unit="×",
            of=partial(of, "far", "with_reset"),
        ),
        "trip": Quantity(
            label="the round trip",
            unit="s",
            of=partial(of, "far", "trip"),
        ),
        "query_trips": Quantity(
            label="round trips of a query",
            unit="",
            digits=1,
            of=partial(of, "far", "query_trips"),
        ),
        "reset_trips": Quantity(
            label="round trips of a query with its reset",
            unit="",
            digits=1,
            of=partial(of, "far", "reset_trips"),
        ),
    },
    claims=(
        Claim(
            "Far away, a row by primary key comes from both alike",
            quantity="gain",
            at_least=0.9,
            at_most=1.1,
        ),
        Claim(
            "Far away, the reset alone makes Redis twice as fast",
            quantity="with_reset",
            at_least=1.8,
            at_most=2.2,
        ),
        Claim(
            "The query is one round trip",
            quantity="query_trips",
            at_least=1.0,
            at_most=1.0,
        ),
        Claim(
            "With its reset it is two",
            quantity="reset_trips",
            at_least=2.0,
            at_most=2.0,
        ),
    ),
)
