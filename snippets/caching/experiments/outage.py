"""What a request costs while Redis refuses or says nothing.

The first request and the next are told apart: a client that remembers
pays once. The silent server is asked with a shorter timeout than the
default of five seconds, the same for every client, because eleven of
those are too long for a measurement.
"""

import socket
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from redis import RedisError
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
from snippets.caching import bounded, naive_outage, outage
from snippets.caching.crowd import Cache
from snippets.caching.silence import black_hole, load


def default(port: int, setting: Setting) -> tuple[Redis, Cache]:
    redis = naive_outage.connect("127.0.0.1", port)
    if retry := redis.get_retry():
        retry.update_retries(setting.conditions["retries"])
    return redis, naive_outage.TrustingCache(redis, load)


def from_url(port: int, setting: Setting) -> tuple[Redis, Cache]:
    redis = Redis.from_url(f"redis://127.0.0.1:{port}")
    return redis, naive_outage.TrustingCache(redis, load)


def failing_open(port: int, setting: Setting) -> tuple[Redis, Cache]:
    redis = bounded.connect("127.0.0.1", port)
    return redis, outage.OpenCache(redis, load, time.monotonic)


Connect = Callable[[int, Setting], tuple[Redis, Cache]]


async def requests(
    connect: Connect, port: int, later: int, setting: Setting
) -> tuple[float, float]:
    """Seconds of the first, and the median of the later ones."""
    redis, cache = connect(port, setting)
    settings = redis.connection_pool.connection_kwargs
    settings["socket_timeout"] = setting.conditions["timeout_s"]
    took: list[float] = []
    for _ in range(1 + later):
        began = time.perf_counter()
        with suppress(RedisError):  # a failed request is a request
            await cache.get("report")
        took.append(time.perf_counter() - began)
    await redis.aclose()
    return took[0], statistics.median(took[1:])


async def run(connect: Connect, later: str, setting: Setting) -> Values:
    count = setting.conditions[later]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody listens
        port = closed.getsockname()[1]
        refused = await requests(connect, port, count, setting)
    async with black_hole() as (port, _):
        silent = await requests(connect, port, count, setting)
    return {
        "refused_first": refused[0],
        "refused_next": refused[1],
        "silent_first": silent[0],
        "silent_next": silent[1],
    }


def of(variant: str, metric: str, r: Round) -> float:
    return r[variant][metric]


EXPERIMENT = Experiment(
    question="What does a request cost while Redis is down?",
    conditions={"slow": 1, "fast": 20, "timeout_s": 0.1, "retries": 10},
    rehearsal={"fast": 2, "timeout_s": 0.02, "retries": 2},
    rounds=5,
    metrics={
        "refused_first": Metric(label="refused, the first", unit="s"),
        "refused_next": Metric(label="refused, the next", unit="s"),
        "silent_first": Metric(label="silent, the first", unit="s"),
        "silent_next": Metric(label="silent, the next", unit="s"),
    },
    variants={
        "default": Variant(
            label="Redis(host=…): ten retries",
            run=partial(run, default, "slow"),
            baseline=True,
        ),
        "from-url": Variant(
            label="Redis.from_url(…): none",
            run=partial(run, from_url, "fast"),
        ),
        "open": Variant(
            label="bounded, fails open",
            run=partial(run, failing_open, "fast"),
        ),
    },
    quantities={
        "pauses": Quantity(
            label="refused, with ten retries",
            unit="s",
            of=partial(of, "default", "refused_next"),
        ),
        "from_url": Quantity(
            label="refused, without a retry",
            unit="s",
            of=partial(of, "from-url", "refused_next"),
        ),
        "first": Quantity(
            label="silent, the first request of the bounded cache",
            unit="s",
            of=partial(of, "open", "silent_first"),
        ),
        "next": Quantity(
            label="silent, the next request of the bounded cache",
            unit="s",
            of=partial(of, "open", "silent_next"),
        ),
    },
    claims=(
        Claim(
            "Ten pauses, each random below a bound that doubles from"
            " 20 ms to 1 s, take at most 5.3 s",
            quantity="pauses",
            at_least=1.0,
            at_most=5.3,
        ),
        Claim(
            "Without a retry a refused request fails within 50 ms",
            quantity="from_url",
            at_most=0.05,
        ),
        Claim(
            "For a silent server the bounded cache waits one timeout",
            quantity="first",
            at_least=0.09,
            at_most=0.2,
        ),
        Claim(
            "and then for nothing: the next request takes below 10 ms",
            quantity="next",
            at_most=0.01,
        ),
    ),
)
