"""One to 64 connections for 64 clients that ask again at once.

Reads cost processor time and nothing else; commits wait for the disk.
A read of middle length runs twice: through asyncpg's pool as it is,
and with a line in front of it that serves in order of arrival. How
long a read took inside PostgreSQL is PostgreSQL's own figure.

The clients are tasks of one process beside PostgreSQL, whose event
loop is late when the cores are taken: how late is recorded. All sides
do the same: acquire, one statement, and the reset with which the pool
takes a connection back. Two pairs of variants differ: a read that is
over within a time slice of the scheduler, and the long read beside
processes that want the cores for something else.
"""

import asyncio
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
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
from lab.inside.statements import SETTINGS
from lab.inside.statements import statements as inside_postgres
from snippets.pool.bounded import BoundedPool

SIZES = (1, 2, 4, 8, 16, 64)
COUNTERS = 50_000
LOOK_S = 0.005
TABLES = """
CREATE TABLE readings AS
SELECT id, id % 100 AS sensor, id AS value
FROM generate_series(1, {rows}) AS id;
ALTER TABLE readings SET (parallel_workers = 0);
CREATE TABLE recent AS SELECT * FROM readings WHERE id <= {rows} / 4;
CREATE TABLE latest AS SELECT * FROM readings WHERE id <= {rows} / 20;
CREATE TABLE counters AS
SELECT id, 0 AS value FROM generate_series(1, {counters}) AS id;
ALTER TABLE counters ADD PRIMARY KEY (id);
"""


@dataclass(frozen=True)
class Work:
    """One statement with one parameter, a number from 1 to `upto`."""

    sql: str
    table: str
    upto: int = 100


def sum_of(table: str) -> Work:
    return Work(
        f"SELECT sum(value) FROM {table} WHERE sensor <> $1", table
    )


LONG, MIDDLE, SHORT = map(sum_of, ("readings", "recent", "latest"))
COMMIT = Work(
    "UPDATE counters SET value = value + 1 WHERE id = $1",
    "counters",
    upto=COUNTERS,
)

Acquire = Callable[[], AbstractAsyncContextManager[asyncpg.Connection]]
Line = Callable[[asyncpg.Pool, int], Acquire]


async def prepare(setting: Setting) -> None:
    rows: int = setting.conditions["rows"]
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(
        TABLES.format(rows=rows, counters=COUNTERS)
    )
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def as_is(pool: asyncpg.Pool, clients: int) -> Acquire:
    acquire: Acquire = pool.acquire
    return acquire


def in_order(pool: asyncpg.Pool, clients: int) -> Acquire:
    return BoundedPool(pool, backlog=clients, wait_s=60.0).acquire


@contextmanager
def neighbors(number: int) -> Iterator[None]:
    """Processes that never wait."""
    spin = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(spin) for _ in range(number)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


async def crowded(size: int, setting: Setting) -> dict[str, float]:
    with neighbors(setting.conditions["neighbors"]):
        return await run(size, LONG, in_order, setting)


async def run(
    size: int, work: Work, line: Line, setting: Setting
) -> dict[str, float]:
    clients = setting.conditions["clients"]
    answers: list[float] = []
    statements: list[float] = []
    lags: list[float] = []

    async with asyncpg.create_pool(
        setting.dsn, min_size=size, max_size=size
    ) as pool:
        acquire = line(pool, clients)
        with inside_postgres(setting.dsn) as inside:
            began = time.perf_counter()
            end = began + setting.conditions["seconds"]

            async def client() -> None:
                while (asked := time.perf_counter()) < end:
                    async with acquire() as connection:
                        acquired = time.perf_counter()
                        await connection.fetchval(
                            work.sql, random.randint(1, work.upto)
                        )
                        statements.append(
                            time.perf_counter() - acquired
                        )
                    answers.append(time.perf_counter() - asked)

            async def watch() -> None:
                while (asleep := time.perf_counter()) < end:
                    await asyncio.sleep(LOOK_S)
                    lags.append(time.perf_counter() - asleep - LOOK_S)

            await asyncio.gather(
                watch(), *(client() for _ in range(clients))
            )
            elapsed = time.perf_counter() - began
    return {
        "throughput": len(answers) / elapsed,
        "inside": inside.matching(f" {work.table} ").mean_s,
        "client": statistics.fmean(statements),
        "lag": statistics.fmean(lags),
        "p99": statistics.quantiles(answers, n=100)[98],
    }


def variants(
    name: str, label: str, work: Work, line: Line, *sizes: int
) -> dict[str, Variant]:
    return {
        f"{name}-{size}": Variant(
            label=f"{label}, {size}",
            run=partial(run, size, work, line),
            x=size,
        )
        for size in sizes
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
    postgres_settings=SETTINGS,
    conditions={
        "seconds": 1.2,
        "clients": 64,
        "rows": 200_000,
        "neighbors": 2,
    },
    rehearsal={"seconds": 0.05, "clients": 8, "rows": 20_000},
    rounds=5,
    prepare=prepare,
    metrics={
        "throughput": Metric(label="answers", unit="req/s"),
        "inside": Metric(
            label="mean execution inside PostgreSQL", unit="s"
        ),
        "client": Metric(
            label="mean statement by the client's clock", unit="s"
        ),
        "lag": Metric(
            label="mean lateness of the event loop", unit="s"
        ),
        "p99": Metric(label="99th percentile of answers", unit="s"),
    },
    variants={
        **variants("reads", "long reads", LONG, in_order, *SIZES),
        **variants("ordered", "in order", MIDDLE, in_order, *SIZES),
        **variants("unordered", "asyncpg's", MIDDLE, as_is, *SIZES),
        **variants("short", "short reads", SHORT, in_order, 4, 64),
        **variants("commits", "commits", COMMIT, in_order, 2, 32),
        **{
            f"crowded-{size}": Variant(
                label=f"reads beside two busy processes, {size}",
                run=partial(crowded, size),
                x=size,
            )
            for size in (4, 64)
        },
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
        "inside": Quantity(
            label="execution of a read inside PostgreSQL, 64"
            " connections against 4",
            unit="×",
            digits=2,
            of=ratio("inside", "reads-64", "reads-4"),
        ),
        "short_inside": Quantity(
            label="execution of a short read inside PostgreSQL, 64"
            " connections against 4",
            unit="×",
            digits=2,
            of=ratio("inside", "short-64", "short-4"),
        ),
        "short_client": Quantity(
            label="a short read by the client's clock, 64 connections"
            " against 4",
            unit="×",
            digits=2,
            of=ratio("client", "short-64", "short-4"),
        ),
        "short_lag": Quantity(
            label="lateness of the event loop, as a share of a short"
            " read by the client's clock with 64 connections",
            unit="%",
            digits=2,
            of=lambda r: (
                100 * r["short-64"]["lag"] / r["short-64"]["client"]
            ),
        ),
        "crowded": Quantity(
            label="reads per second beside two busy processes, 64"
            " connections against 4",
            unit="×",
            digits=2,
            of=ratio("throughput", "crowded-64", "crowded-4"),
        ),
        "order": Quantity(
            label="99th percentile with 4 connections, asyncpg's pool"
            " against a line in order of arrival",
            unit="×",
            digits=2,
            of=ratio("p99", "unordered-4", "ordered-4"),
        ),
        "unordered_tail": Quantity(
            label="99th percentile in asyncpg's pool, 4 connections"
            " against 64",
            unit="×",
            digits=2,
            of=ratio("p99", "unordered-4", "unordered-64"),
        ),
        "ordered_tail": Quantity(
            label="99th percentile in order of arrival, 4 connections"
            " against 64",
            unit="×",
            digits=2,
            of=ratio("p99", "ordered-4", "ordered-64"),
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
            "64 connections read at most a tenth more per second than"
            " four: the cores are busy with four",
            quantity="reads",
            at_most=1.1,
        ),
        Claim(
            "Four connections, two a core, reach at least 85% of the"
            " reads of the best size",
            quantity="rule",
            at_least=85.0,
        ),
        Claim(
            "16 times the connections that share the same cores: a read"
            " takes 16 times as long inside PostgreSQL, within a factor"
            " of 1.5",
            quantity="inside",
            at_least=16 / 1.5,
            at_most=16 * 1.5,
        ),
        Claim(
            "A read within a time slice takes at most half as long"
            " again inside PostgreSQL: its wait for a core comes before"
            " the server's clock starts",
            quantity="short_inside",
            at_most=1.5,
        ),
        Claim(
            "and at least four times as long by the client's clock",
            quantity="short_client",
            at_least=4.0,
        ),
        Claim(
            "Beside two busy processes 64 connections read at least a"
            " fifth more per second than four, because the scheduler"
            " shares the cores among sessions, and each has its own",
            quantity="crowded",
            at_least=1.2,
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
