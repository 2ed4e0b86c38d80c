"""One to 64 connections for 64 clients that ask again at once.

Reads cost processor time and nothing else; commits wait for the disk.
Reads run twice: through asyncpg's pool as it is, and with a line in
front of it that serves in order of arrival.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import asyncpg

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Variant,
)
from snippets.pool.bounded import BoundedPool

SIZES = (1, 2, 4, 8, 16, 32, 64)
ROWS = 50_000
READ = "SELECT sum(value) FROM readings WHERE sensor <> $1"
COMMIT = "UPDATE counters SET value = value + 1 WHERE id = $1"
TABLES = f"""
CREATE TABLE readings AS
SELECT id % 100 AS sensor, id AS value
FROM generate_series(1, {ROWS}) AS id;
CREATE TABLE counters AS
SELECT id, 0 AS value FROM generate_series(1, {ROWS}) AS id;
ALTER TABLE counters ADD PRIMARY KEY (id);
"""

Statement = Callable[[asyncpg.Connection], Awaitable[object]]
Acquire = Callable[[], AbstractAsyncContextManager[asyncpg.Connection]]
Line = Callable[[asyncpg.Pool, int], Acquire]


async def prepare(setting: Setting) -> None:
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(TABLES)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def read(connection: asyncpg.Connection) -> None:
    await connection.fetchval(READ, random.randrange(100))


async def commit(connection: asyncpg.Connection) -> None:
    await connection.execute(COMMIT, random.randint(1, ROWS))


def as_is(pool: asyncpg.Pool, clients: int) -> Acquire:
    acquire: Acquire = pool.acquire
    return acquire


def in_order(pool: asyncpg.Pool, clients: int) -> Acquire:
    return BoundedPool(pool, backlog=clients, wait_s=60.0).acquire


async def run(
    size: int, statement: Statement, line: Line, setting: Setting
) -> dict[str, float]:
    clients = setting.conditions["clients"]
    answers: list[float] = []
    statements: list[float] = []

    async with asyncpg.create_pool(
        setting.dsn, min_size=size, max_size=size
    ) as pool:
        acquire = line(pool, clients)
        began = time.perf_counter()
        end = began + setting.conditions["seconds"]

        async def client() -> None:
            while (asked := time.perf_counter()) < end:
                async with acquire() as connection:
                    acquired = time.perf_counter()
                    await statement(connection)
                    statements.append(time.perf_counter() - acquired)
                answers.append(time.perf_counter() - asked)

        await asyncio.gather(*(client() for _ in range(clients)))
        elapsed = time.perf_counter() - began
    return {
        "throughput": len(answers) / elapsed,
        "statement": statistics.median(statements),
        "p99": statistics.quantiles(answers, n=100)[98],
    }


def variants(
    name: str, label: str, statement: Statement, line: Line
) -> dict[str, Variant]:
    return {
        f"{name}-{size}": Variant(
            label=f"{label}, {size}",
            run=partial(run, size, statement, line),
            x=size,
        )
        for size in SIZES
    }


def ratio(
    metric: str, over: str, under: str
) -> Callable[[Round], float]:
    return lambda r: r[over][metric] / r[under][metric]


def of_the_best(samples: Round) -> float:
    """Four connections, two a core, against the best of all sizes."""
    reads = [samples[f"reads-{size}"]["throughput"] for size in SIZES]
    return 100 * samples["reads-4"]["throughput"] / max(reads)


EXPERIMENT = Experiment(
    question="How many connections serve 64 clients on two cores?",
    needs=frozenset({"postgres"}),
    conditions={"seconds": 1.5, "clients": 64, "rows": ROWS},
    rehearsal={"seconds": 0.05, "clients": 8},
    rounds=5,
    prepare=prepare,
    metrics={
        "throughput": Metric(label="answers", unit="req/s"),
        "statement": Metric(label="median statement", unit="s"),
        "p99": Metric(label="99th percentile of answers", unit="s"),
    },
    variants={
        **variants("reads", "reads in order", read, in_order),
        **variants("unordered", "reads, asyncpg's pool", read, as_is),
        **variants("commits", "commits in order", commit, in_order),
    },
    quantities={
        "reads": Quantity(
            label="reads per second with 64 connections against 4",
            unit="×",
            digits=2,
            of=ratio("throughput", "reads-64", "reads-4"),
        ),
        "rule": Quantity(
            label="reads with 4 connections, of those of the best size",
            unit="%",
            digits=2,
            of=of_the_best,
        ),
        "statement": Quantity(
            label="a read inside PostgreSQL, 64 connections against 4",
            unit="×",
            digits=2,
            of=ratio("statement", "reads-64", "reads-4"),
        ),
        "order": Quantity(
            label="99th percentile with 4 connections, asyncpg's pool"
            " against a line in order of arrival",
            unit="×",
            digits=2,
            of=ratio("p99", "unordered-4", "reads-4"),
        ),
        "commits": Quantity(
            label="commits per second with 32 connections against 2",
            unit="×",
            digits=2,
            of=ratio("throughput", "commits-32", "commits-2"),
        ),
    },
    claims=(
        Claim(
            "64 connections read no more per second than four",
            quantity="reads",
            at_most=1.05,
        ),
        Claim(
            "Four connections, two a core, reach at least 85% of the"
            " reads of the best size",
            quantity="rule",
            at_least=85.0,
        ),
        Claim(
            "With 64 connections a read takes at least five times as"
            " long inside PostgreSQL as with four",
            quantity="statement",
            at_least=5.0,
        ),
        Claim(
            "With four connections, order of arrival brings the 99th"
            " percentile down by a third or more",
            quantity="order",
            at_least=1.5,
        ),
        Claim(
            "Commits, which wait for the disk, still gain from two"
            " connections to 32",
            quantity="commits",
            at_least=1.2,
        ),
    ),
)
