"""What a read costs each processor, while sixteen clients read.

The clients share a Python process, as in a worker of a web server, and
send the next read when they have an answer. The processor time of
PostgreSQL and Redis is the servers' own, their statements are counted.
"""

import asyncio
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
from lab.inside.commands import commands
from lab.inside.processor import processor
from lab.inside.statements import SETTINGS, statements
from snippets.caching.experiments._orders import prepare, ways


async def work(way: str, query: str, setting: Setting) -> Values:
    clients = setting.conditions["clients"]
    reads = 0
    async with ways(query, setting, clients) as each:
        read = getattr(each, way)

        async def client(end: float) -> None:
            nonlocal reads
            while time.perf_counter() < end:
                await read()
                reads += 1

        async def load(seconds: float) -> None:
            end = time.perf_counter() + seconds
            await asyncio.gather(*(client(end) for _ in range(clients)))

        await load(setting.conditions["warm_s"])
        reads = 0
        with (
            statements(setting.dsn) as asked,
            processor(setting.dsn) as postgres,
            commands(setting.redis_url) as redis,
        ):
            began, used = time.perf_counter(), time.process_time()
            await load(setting.conditions["seconds"])
            used = time.process_time() - used
            elapsed = time.perf_counter() - began
    gets = redis.by_name.get("get")
    sent = asked.calls + (gets.calls if gets else 0)
    return {
        "reads": reads / elapsed,
        "server": (postgres.seconds + redis.processor_s) / reads,
        "client": used / reads,
        "sent": sent / reads,
    }


WAYS = {
    "row-cache": ("hit", "primary-key", "a row, from Redis"),
    "row-database": ("query", "primary-key", "a row, PostgreSQL"),
    "row-reset": ("reset", "primary-key", "a row, and reset"),
    "list-cache": ("hit", "list", "a list, from Redis"),
    "list-database": ("query", "list", "a list, PostgreSQL"),
}


def ratio(metric: str, one: str, other: str, r: Round) -> float:
    return r[one][metric] / r[other][metric]


def client_share(r: Round) -> float:
    row = r["row-cache"]
    return 100 * row["client"] / (row["client"] + row["server"])


EXPERIMENT = Experiment(
    question="Whose processor does a cached read save?",
    needs=frozenset({"postgres", "redis"}),
    postgres_settings=SETTINGS,
    conditions={
        "rows": 1_000_000,
        "clients": 16,
        "warm_s": 0.3,
        "seconds": 2.0,
    },
    rehearsal={
        "rows": 20_000,
        "clients": 4,
        "warm_s": 0.05,
        "seconds": 0.2,
    },
    rounds=5,
    prepare=prepare,
    metrics={
        "reads": Metric(label="throughput", unit="reads/s"),
        "server": Metric(label="the server's processor", unit="s"),
        "client": Metric(label="the client's processor", unit="s"),
        "sent": Metric(label="statements or commands", unit=""),
    },
    variants={
        name: Variant(label=label, run=partial(work, way, query))
        for name, (way, query, label) in WAYS.items()
    },
    quantities={
        "row": Quantity(
            label="the server's processor time for a row, PostgreSQL"
            " against Redis",
            unit="×",
            of=partial(ratio, "server", "row-database", "row-cache"),
        ),
        "list": Quantity(
            label="the server's processor time for a list, PostgreSQL"
            " against Redis",
            unit="×",
            of=partial(ratio, "server", "list-database", "list-cache"),
        ),
        "reset": Quantity(
            label="PostgreSQL's processor time for a row, with the"
            " reset against without",
            unit="×",
            of=partial(ratio, "server", "row-reset", "row-database"),
        ),
        "throughput": Quantity(
            label="rows a second, Redis against PostgreSQL",
            unit="×",
            of=partial(ratio, "reads", "row-cache", "row-database"),
        ),
        "client": Quantity(
            label="the client's part of the processor time of a hit",
            unit="%",
            of=client_share,
        ),
        "statements": Quantity(
            label="statements for a row, with the reset",
            unit="",
            digits=1,
            of=lambda r: r["row-reset"]["sent"],
        ),
    },
    claims=(
        Claim(
            "PostgreSQL spends at least twice the processor time of"
            " Redis on a row",
            quantity="row",
            at_least=2.0,
        ),
        Claim(
            "Most of a hit is the client's processor time",
            quantity="client",
            at_least=50.0,
        ),
        Claim(
            "A process of clients reads at most twice as many rows a"
            " second from Redis",
            quantity="throughput",
            at_most=2.0,
        ),
    ),
)
