"""What giving a connection back costs: three reads in one request.

Each time asyncpg's pool takes a connection back it sends the four
statements of its reset and waits for the answer. One client asks; the
ratios are those of round trips on loopback, without HTTP. The number
of statements is PostgreSQL's own count.
"""

import time
from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Variant,
)
from lab.inside.statements import SETTINGS, statements

READ = "SELECT value FROM readings WHERE id = $1"
READS = 3
Page = Callable[[asyncpg.Pool], Awaitable[None]]


async def prepare(setting: Setting) -> None:
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(
        "CREATE TABLE readings (id int PRIMARY KEY, value int)"
    )
    await connection.execute(
        "INSERT INTO readings SELECT n, n FROM generate_series(1, 9) n"
    )
    await connection.close()


async def each_read_takes_one(pool: asyncpg.Pool) -> None:
    for number in range(1, READS + 1):
        await pool.fetchval(READ, number)


async def the_request_takes_one(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for number in range(1, READS + 1):
            await connection.fetchval(READ, number)


async def leave(connection: asyncpg.Connection) -> None:
    """Reset nothing: only for sessions that keep no state."""


async def run(
    page: Page, reset: bool, setting: Setting
) -> dict[str, float]:
    pages = 0
    async with asyncpg.create_pool(
        setting.dsn,
        min_size=1,
        max_size=1,
        reset=None if reset else leave,
    ) as pool:
        await page(pool)  # prepares the statement
        with statements(setting.dsn) as inside:
            began = time.perf_counter()
            end = began + setting.conditions["seconds"]
            while time.perf_counter() < end:
                await page(pool)
                pages += 1
            elapsed = time.perf_counter() - began
    return {
        "latency": elapsed / pages,
        "statements": inside.calls / pages,
    }


EXPERIMENT = Experiment(
    question="What does giving a connection back cost?",
    needs=frozenset({"postgres"}),
    postgres_settings=SETTINGS,
    conditions={"seconds": 1.5, "reads": READS},
    rehearsal={"seconds": 0.1},
    rounds=7,
    prepare=prepare,
    metrics={
        "latency": Metric(label="mean time of three reads", unit="s"),
        "statements": Metric(
            label="statements of three reads", unit=""
        ),
    },
    variants={
        "each-read": Variant(
            label="a connection for each read",
            run=partial(run, each_read_takes_one, True),
            baseline=True,
        ),
        "request": Variant(
            label="a connection for the request",
            run=partial(run, the_request_takes_one, True),
        ),
        "no-reset": Variant(
            label="a connection for each read, no reset",
            run=partial(run, each_read_takes_one, False),
        ),
    },
    quantities={
        "each_read": Quantity(
            label="statements of three reads, a connection for each",
            unit="",
            digits=2,
            of=lambda r: r["each-read"]["statements"],
        ),
        "request": Quantity(
            label="statements of three reads, one connection",
            unit="",
            digits=1,
            of=lambda r: r["request"]["statements"],
        ),
        "latency": Quantity(
            label="three reads, a connection for each against one",
            unit="×",
            digits=2,
            of=lambda r: (
                r["each-read"]["latency"] / r["request"]["latency"]
            ),
        ),
        "no_reset": Quantity(
            label="three reads, a connection for each, with the reset"
            " against without",
            unit="×",
            digits=2,
            of=lambda r: (
                r["each-read"]["latency"] / r["no-reset"]["latency"]
            ),
        ),
    },
    claims=(
        Claim(
            "Three reads on a connection each are 15 statements: three"
            " reads, and four to reset each connection",
            quantity="each_read",
            at_least=14.9,
            at_most=15.1,
        ),
        Claim(
            "Six round trips against four: three reads on a connection"
            " each take at least 1.3 times as long as on one",
            quantity="latency",
            at_least=1.3,
        ),
        Claim(
            "Six round trips against three: with the reset at least 1.5"
            " times as long as without",
            quantity="no_reset",
            at_least=1.5,
        ),
    ),
)
