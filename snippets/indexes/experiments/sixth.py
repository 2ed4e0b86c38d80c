"""Pages that each execution reads, by driver.

Each variant executes the statement so many times over a connection of
its own, and returns the pages of the last execution. They are
PostgreSQL's own counts for the transaction, so they do not depend on
the machine.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

import asyncpg
import psycopg
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

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
from snippets.indexes import naive_newest, newest, orm
from snippets.indexes.jobs import ROWS, TABLE, VACUUM, Pages, count
from snippets.indexes.naive_newest import NEWEST, Newest
from snippets.indexes.plans import QUIET, quiet

EXECUTIONS = (1, 5, 6, 10, 11, 12)
SIZE = """
SELECT sum(pg_relation_size(name::regclass)) / 8192
FROM unnest(ARRAY['jobs', 'jobs_created']) AS name
"""
Count = Callable[[str, int], Awaitable[list[Pages]]]


async def prepare(setting: Setting) -> None:
    rows = ROWS.format(
        rows=setting.conditions["rows"],
        failed=setting.conditions["failed"],
        payload=setting.conditions["payload"],
    )
    async with quiet(setting.dsn, TABLE, rows, VACUUM):
        pass


async def by_asyncpg(way: Newest, dsn: str, times: int) -> list[Pages]:
    async with quiet(dsn) as connection, connection.transaction():
        return await count(
            connection.fetch, lambda: way(connection), times
        )


async def by_psycopg(dsn: str, times: int) -> list[Pages]:
    options = " ".join(f"-c {name}={QUIET[name]}" for name in QUIET)
    connection = await psycopg.AsyncConnection.connect(
        dsn, options=options
    )
    statement = NEWEST.replace("$1", "%s").encode()
    async with connection:

        async def fetch(statement: str) -> Iterable[Any]:
            cursor = await connection.execute(statement.encode())
            return await cursor.fetchall()

        async def run() -> Any:
            cursor = await connection.execute(statement, ["failed"])
            return await cursor.fetchall()

        return await count(fetch, run, times)


async def by_sqlalchemy(dsn: str, times: int) -> list[Pages]:
    engine = create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        connect_args={"server_settings": QUIET},
    )
    statement = orm.WAYS["limit(10)"]
    try:
        async with engine.connect() as connection:

            async def fetch(statement: str) -> Iterable[Any]:
                result = await connection.execute(text(statement))
                return result.all()

            return await count(
                fetch, lambda: connection.execute(statement), times
            )
    finally:
        await engine.dispose()


async def run(counting: Count, times: int, setting: Setting) -> Values:
    counted = await counting(setting.dsn, times)
    connection = await asyncpg.connect(setting.dsn)
    try:
        size = await connection.fetchval(SIZE)
    finally:
        await connection.close()
    return {"buffers": sum(counted[-1].values()), "size": float(size)}


WAYS: dict[str, tuple[str, Count]] = {
    "asyncpg": (
        "asyncpg",
        partial(by_asyncpg, naive_newest.newest_failed),
    ),
    "psycopg": ("psycopg", by_psycopg),
    "sqlalchemy": ("SQLAlchemy, limit(10)", by_sqlalchemy),
    "literal": (
        "asyncpg, status = 'failed'",
        partial(by_asyncpg, newest.newest_failed),
    ),
}


def buffers(r: Round, way: str, execution: int) -> float:
    return r[f"{way}-{execution}"]["buffers"]


def share(r: Round, way: str, execution: int) -> float:
    """Pages read, of those that table and other index have, in %."""
    size = r[f"{way}-{execution}"]["size"]
    return 100 * buffers(r, way, execution) / size


def pages(way: str, execution: int, label: str) -> Quantity:
    return Quantity(
        label=f"pages of the {execution}th execution, {label}",
        unit="",
        digits=5,
        of=lambda r: buffers(r, way, execution),
    )


def part(way: str, execution: int, label: str) -> Quantity:
    return Quantity(
        label=f"pages of the {execution}th execution, {label}, of all"
        " pages of the table and the index on created_at",
        unit="%",
        digits=3,
        of=lambda r: share(r, way, execution),
    )


FEW = 5  # root and one or two leaves, and the pages of ten neighbors

EXPERIMENT = Experiment(
    question="How many pages does each execution read, by driver?",
    needs=frozenset({"postgres"}),
    prepare=prepare,
    conditions={"rows": 500_000, "failed": 1_000, "payload": 100},
    rehearsal={"rows": 2_000, "failed": 100, "payload": 100},
    rounds=3,
    metrics={
        "buffers": Metric(label="pages read by the execution", unit=""),
        "size": Metric(label="pages of the table and index", unit=""),
    },
    variants={
        f"{name}-{execution}": Variant(
            label=f"{label}, execution {execution}",
            run=partial(run, counting, execution),
            x=execution,
        )
        for name, (label, counting) in WAYS.items()
        for execution in EXECUTIONS
    },
    quantities={
        "ratio": Quantity(
            label="pages of the sixth execution against the fifth,"
            " asyncpg",
            unit="×",
            digits=3,
            of=lambda r: (
                buffers(r, "asyncpg", 6) / buffers(r, "asyncpg", 5)
            ),
        ),
        "fifth": pages("asyncpg", 5, "asyncpg"),
        "sixth": pages("asyncpg", 6, "asyncpg"),
        "sixth_share": part("asyncpg", 6, "asyncpg"),
        "tenth": pages("psycopg", 10, "psycopg"),
        "eleventh_share": part("psycopg", 11, "psycopg"),
        "limit": pages("sqlalchemy", 12, "SQLAlchemy with limit(10)"),
        "literal": pages("literal", 12, "the status in the text"),
    },
    claims=(
        Claim(
            "Up to its fifth execution, the statement reads one way"
            " down the partial index and the pages of ten neighbors",
            quantity="fifth",
            at_most=FEW,
        ),
        Claim(
            "From asyncpg's sixth execution on, it reads all pages of"
            " the table and of the other index, but for those of the"
            " failed jobs, to within 5%",
            quantity="sixth_share",
            at_least=95.0,
            at_most=105.0,
        ),
        Claim(
            "psycopg's tenth execution still uses the partial index",
            quantity="tenth",
            at_most=FEW,
        ),
        Claim(
            "psycopg's eleventh reads what asyncpg's sixth does",
            quantity="eleventh_share",
            at_least=95.0,
            at_most=105.0,
        ),
        Claim(
            "SQLAlchemy's limit(10) keeps the partial index at its"
            " twelfth execution",
            quantity="limit",
            at_most=FEW,
        ),
        Claim(
            "So does a status in the text of the statement",
            quantity="literal",
            at_most=FEW,
        ),
    ),
)
