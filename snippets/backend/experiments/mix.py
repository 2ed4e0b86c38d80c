"""Reads, orders and changes, open loop, against two workers.

Of ten requests seven read a product, two place an order and one
changes a product. Arrivals are random and do not wait for answers;
latency counts from when a request was due. Jobs run meanwhile.

In theory a read that the cache answers costs FastAPI's part of a
request and one round trip to Redis, and an order about ten times as
much, half of it in PostgreSQL and in its jobs: some milliseconds of
processor time a request on average. A trial before this one had 4.0.
"""

import math
from collections.abc import Iterator
from functools import partial
from itertools import count

import psutil

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Values,
    Variant,
)
from lab.inside.processor import processor
from lab.load import Plan, Poisson, Request, generate
from lab.load.load import quantile
from snippets.backend.experiments._client import JSON, ask, posted
from snippets.backend.experiments._counting import mark
from snippets.backend.experiments._ours import OURS, PRODUCTS
from snippets.backend.experiments._outages import debts
from snippets.backend.experiments._systems import Running, running

MIX = ("read",) * 3 + ("order",) + ("read",) * 4 + ("order", "change")
PUBLISHED = 8_000  # requests a second, of a table that many copy


def processes_s(pid: int) -> float:
    """Processor time of a process and of those that it started."""
    main = psutil.Process(pid)
    used = 0.0
    for one in (main, *main.children(recursive=True)):
        times = one.cpu_times()
        used += times.user + times.system
    return used


def redis_s(backend: Running) -> float:
    import redis

    with redis.Redis.from_url(backend.redis.url) as client:
        told = client.info("cpu")
    return float(told["used_cpu_user"] + told["used_cpu_sys"])


async def changes(backend: Running, wanted: int) -> list[Request]:
    """Each of a product of its own, whose first version is 1."""
    headers = backend.account.headers
    found = []
    for number in range(wanted):
        body = {"name": f"P{number}", "price_cents": 1, "stock": 0}
        made = await ask(
            backend.url, posted("/products", body, *headers)
        )
        path = f"/products/{made.json()['id']}"
        change = '{"version": 1, "price_cents": 2}'
        found.append(Request(path, "PATCH", (*JSON, *headers), change))
    return found


def mixed(
    backend: Running, wanted: int, changing: Iterator[Request]
) -> tuple[Request, ...]:
    """So many requests, each order with a key of its own."""
    products = count()

    def made(kind: str) -> Request:
        if kind == "order":
            return backend.account.write(mark())
        if kind == "change":
            return next(changing)
        return Request(f"/products/{1 + next(products) % PRODUCTS}")

    return tuple(made(MIX[at % len(MIX)]) for at in range(wanted))


def room(rate: float, seconds: float) -> int:
    """How many a Poisson process surely does not exceed, in tens."""
    mean = rate * seconds
    return len(MIX) * math.ceil((mean + 5 * math.sqrt(mean)) / len(MIX))


async def run(setting: Setting) -> Values:
    conditions = setting.conditions
    rate = conditions["rate"]
    seconds, settle_s = conditions["seconds"], conditions["settle_s"]
    warming, during = room(rate, settle_s), room(rate, seconds)
    async with running(OURS, conditions) as backend:
        wanted = (warming + during) // len(MIX)
        changing = iter(await changes(backend, wanted))
        backend.serve_jobs()
        plan = partial(Plan, backend.url, Poisson(rate))
        warm = mixed(backend, warming, changing)
        await generate(plan(settle_s, requests=warm))
        await debts(backend, STARTED_S)  # the job worker has begun
        sent = mixed(backend, during, changing)
        dsn = backend.postgres.dsn
        before = used(backend)
        with processor(dsn) as server:
            load = await generate(plan(seconds, requests=sent))
        spent = {
            name: now - before[name]
            for name, now in used(backend).items()
        }
    setting.disturbed(load.void)
    served = sorted(
        one.latency_s for one in load.sent if one.outcome[0] == "2"
    )
    requests = len(load.sent)
    return {
        **{name: spent_s / requests for name, spent_s in spent.items()},
        "postgres": server.seconds / requests,
        "throughput": load.throughput,
        "median": quantile(served, 0.5),
        "p99": quantile(served, 0.99),
        "unserved": 100 * (1 - len(served) / requests),
    }


def used(backend: Running) -> dict[str, float]:
    """Processor time until now; PostgreSQL's is told apart."""
    assert backend.worker is not None
    return {
        "web": processes_s(backend.web.pid),
        "jobs": processes_s(backend.worker.pid),
        "redis": redis_s(backend),
    }


LAYERS = {
    "web": "web workers, a request",
    "jobs": "job worker",
    "postgres": "PostgreSQL",
    "redis": "Redis",
}
STARTED_S = 30.0
QUOTED = "mix"


def spent(values: dict[str, float]) -> float:
    """Processor time of a request, of all processes."""
    return sum(values[layer] for layer in LAYERS)


EXPERIMENT = Experiment(
    question="What does a request of the mix cost, and how long is it?",
    conditions={
        "durable": True,
        "workers": 2,
        "rate": 50,
        "seconds": 10.0,
        "settle_s": 1.0,
    },
    rehearsal={
        "durable": False,
        "workers": 1,
        "seconds": 0.4,
        "settle_s": 0.1,
    },
    rounds=3,
    metrics={
        **{
            name: Metric(label=label, unit="s")
            for name, label in LAYERS.items()
        },
        "throughput": Metric(label="served", unit="req/s"),
        "median": Metric(label="median latency", unit="s"),
        "p99": Metric(label="99th percentile", unit="s"),
        "unserved": Metric(label="not served", unit="%"),
    },
    variants={
        QUOTED: Variant(label="7 reads, 2 orders, 1 change", run=run)
    },
    quantities={
        "request": Quantity(
            label="processor time of a request",
            unit="s",
            of=lambda found: spent(dict(found[QUOTED])),
        ),
        "cores": Quantity(
            label="cores for 8,000 requests a second",
            unit="",
            of=lambda found: PUBLISHED * spent(dict(found[QUOTED])),
        ),
        "web": Quantity(
            label="of a request, in the web workers",
            unit="%",
            of=lambda found: (
                100 * found[QUOTED]["web"] / spent(dict(found[QUOTED]))
            ),
        ),
        "median": Quantity(
            label="median latency",
            unit="s",
            of=lambda found: found[QUOTED]["median"],
        ),
        "p99": Quantity(
            label="99th percentile of latency",
            unit="s",
            of=lambda found: found[QUOTED]["p99"],
        ),
        "unserved": Quantity(
            label="requests not served",
            unit="%",
            of=lambda found: found[QUOTED]["unserved"],
        ),
    },
    claims=(
        Claim(
            "A request of the mix costs between 1 and 10 ms of"
            " processor time",
            quantity="request",
            at_least=0.001,
            at_most=0.010,
        ),
        Claim(
            "So 8,000 requests a second want 8 cores or more",
            quantity="cores",
            at_least=8.0,
        ),
        Claim("All are served", quantity="unserved", at_most=0.0),
    ),
)
