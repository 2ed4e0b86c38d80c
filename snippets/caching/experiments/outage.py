"""What one request costs while Redis refuses or says nothing.

The silent server is asked with a shorter timeout than the default of
five seconds, the same for every client, because eleven of those are
too long for a measurement.
"""

import asyncio
import socket
import time
from collections.abc import Callable
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
from snippets.caching import naive_outage, outage
from snippets.caching.crowd import Cache
from snippets.caching.silence import black_hole, load


def default(port: int, setting: Setting) -> tuple[Redis, Cache]:
    redis = naive_outage.connect("127.0.0.1", port)
    if retry := redis.get_retry():
        retry.update_retries(setting.conditions["retries"])
    return redis, naive_outage.TrustingCache(redis)


def from_url(port: int, setting: Setting) -> tuple[Redis, Cache]:
    redis = Redis.from_url(f"redis://127.0.0.1:{port}")
    return redis, naive_outage.TrustingCache(redis)


def failing_open(port: int, setting: Setting) -> tuple[Redis, Cache]:
    redis = outage.connect("127.0.0.1", port)
    return redis, outage.OpenCache(redis)


Connect = Callable[[int, Setting], tuple[Redis, Cache]]


async def per_request(
    connect: Connect, port: int, requests: int, setting: Setting
) -> float:
    redis, cache = connect(port, setting)
    settings = redis.connection_pool.connection_kwargs
    settings["socket_timeout"] = setting.conditions["timeout_s"]
    began = time.perf_counter()
    for _ in range(requests):
        try:
            await cache.get("report", load)
        except RedisError:
            continue  # a failed request is a request
    elapsed = time.perf_counter() - began
    await redis.aclose()
    return elapsed / requests


async def run(connect: Connect, many: bool, setting: Setting) -> Values:
    requests = setting.conditions["requests"] if many else 1
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody listens
        port = closed.getsockname()[1]
        refused = await per_request(connect, port, requests, setting)
    async with black_hole() as (port, _):
        silent = await per_request(connect, port, requests, setting)
    await asyncio.sleep(0)
    return {"refused": refused, "silent": silent}


def ratio(metric: str, one: str, other: str, r: Round) -> float:
    return r[one][metric] / r[other][metric]


EXPERIMENT = Experiment(
    question="What does a request cost while Redis is down?",
    conditions={"requests": 20, "timeout_s": 0.1, "retries": 10},
    rehearsal={"requests": 2, "timeout_s": 0.02, "retries": 2},
    rounds=5,
    metrics={
        "refused": Metric(label="a request, Redis refuses", unit="s"),
        "silent": Metric(label="a request, Redis is silent", unit="s"),
    },
    variants={
        "default": Variant(
            label="Redis(host=…): ten retries",
            run=partial(run, default, False),
            baseline=True,
        ),
        "from-url": Variant(
            label="Redis.from_url(…): none",
            run=partial(run, from_url, True),
        ),
        "open": Variant(
            label="bounded, fails open",
            run=partial(run, failing_open, True),
        ),
    },
    quantities={
        "refused": Quantity(
            label="default client against fail open, refused",
            unit="×",
            of=partial(ratio, "refused", "default", "open"),
        ),
        "silent": Quantity(
            label="default client against fail open, silent",
            unit="×",
            of=partial(ratio, "silent", "default", "open"),
        ),
        "constructor": Quantity(
            label="Redis(…) against Redis.from_url(…), refused",
            unit="×",
            of=partial(ratio, "refused", "default", "from-url"),
        ),
    },
    claims=(
        Claim(
            "A refused request costs the default client at least 100"
            " times what it costs one that fails open",
            quantity="refused",
            at_least=100.0,
        ),
        Claim(
            "A request to a silent server costs at least 100 times",
            quantity="silent",
            at_least=100.0,
        ),
        Claim(
            "The constructor decides: from_url does not retry",
            quantity="constructor",
            at_least=100.0,
        ),
    ),
)
