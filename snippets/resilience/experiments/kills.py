"""What pre-ping prevents.

Connections are killed while all are idle, and while five clients use
them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Variant,
)
from snippets.resilience import naive_recycle, preping
from snippets.resilience.retrying import retry_transaction

Request = Callable[[AsyncEngine, int], Awaitable[None]]

CLIENTS = 5  # as many as the pool has
KILL_ONE = """SELECT pg_terminate_backend(pid, 5000)
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
ORDER BY random() LIMIT 1"""
TABLE = f"""CREATE TABLE stock AS
SELECT id, 0 AS pieces FROM generate_series(1, {CLIENTS}) AS id;
ALTER TABLE stock ADD PRIMARY KEY (id)"""
READ = text("SELECT pieces FROM stock WHERE id = :id")
WRITE = text("UPDATE stock SET pieces = pieces + 1 WHERE id = :id")


async def prepare(setting: Setting) -> None:
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(TABLE)
    await connection.close()


def plain(dsn: str) -> AsyncEngine:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    return create_async_engine(url)


async def once(engine: AsyncEngine, client: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(READ, {"id": client})
        await connection.execute(WRITE, {"id": client})


async def again(engine: AsyncEngine, client: int) -> None:
    await retry_transaction(lambda: once(engine, client), 8.0)


async def fails(
    request: Request, engine: AsyncEngine, client: int
) -> bool:
    try:
        await request(engine, client)
    except DBAPIError:
        return True
    return False


async def failed_after_idle_kills(
    engine: AsyncEngine, request: Request, dsn: str, kills: int
) -> int:
    failed = 0
    admin = await asyncpg.connect(dsn)
    for _ in range(kills):
        await preping.fill(engine, 5)
        await admin.execute(preping.KILL)
        for _ in range(5):
            if await fails(request, engine, 1):
                failed += 1
    await admin.close()
    return failed


async def failed_under_kills(
    engine: AsyncEngine, request: Request, dsn: str, kills: int
) -> int:
    failed = 0
    done = asyncio.Event()

    async def client(number: int) -> None:
        nonlocal failed
        while not done.is_set():
            if await fails(request, engine, number):
                failed += 1  # not `+= await`: that loses updates

    async def killer() -> None:
        admin = await asyncpg.connect(dsn)
        for _ in range(kills):
            await asyncio.sleep(0.05)
            await admin.execute(KILL_ONE)
        await admin.close()
        done.set()

    await asyncio.gather(killer(), *map(client, range(1, CLIENTS + 1)))
    return failed


async def run(
    create_engine: Callable[[str], AsyncEngine],
    request: Request,
    setting: Setting,
) -> dict[str, float]:
    kills = setting.conditions["kills"]
    engine = create_engine(setting.dsn)
    idle = await failed_after_idle_kills(
        engine, request, setting.dsn, kills
    )
    busy = await failed_under_kills(engine, request, setting.dsn, kills)
    await engine.dispose()
    return {"idle": idle, "busy": busy}


def quantity(
    label: str, variant: str, metric: str, digits: int = 2
) -> Quantity:
    return Quantity(
        label=label,
        unit="",
        digits=digits,
        of=lambda r: r[variant][metric],
    )


EXPERIMENT = Experiment(
    question="What does pre-ping prevent?",
    needs=frozenset({"postgres"}),
    conditions={"kills": 10, "clients": CLIENTS},
    rehearsal={"kills": 2},
    rounds=3,
    prepare=prepare,
    metrics={
        "idle": Metric(label="failed after kills of the idle", unit=""),
        "busy": Metric(label="failed under kills", unit=""),
    },
    variants={
        "plain": Variant(
            label="neither",
            run=partial(run, plain, once),
            baseline=True,
        ),
        "recycle": Variant(
            label="pool_recycle=1800",
            run=partial(run, naive_recycle.create_engine, once),
        ),
        "preping": Variant(
            label="pre-ping",
            run=partial(run, preping.create_engine, once),
        ),
        "retry": Variant(
            label="retry, no pre-ping", run=partial(run, plain, again)
        ),
    },
    quantities={
        "idle_plain": quantity(
            "failed after 10 kills of the idle, neither",
            "plain",
            "idle",
        ),
        "idle_recycle": quantity(
            "the same with pool_recycle", "recycle", "idle"
        ),
        "idle_preping": quantity(
            "the same with pre-ping", "preping", "idle"
        ),
        "busy_plain": quantity(
            "failed under 10 kills, neither", "plain", "busy"
        ),
        "busy_preping": quantity(
            "the same with pre-ping", "preping", "busy"
        ),
        "busy_retry": quantity(
            "the same with a retry", "retry", "busy"
        ),
    },
    claims=(
        Claim(
            "With pre-ping no request fails after its idle connections"
            " were killed",
            quantity="idle_preping",
            at_most=0,
        ),
        Claim(
            "pool_recycle prevents none of the 10 failures",
            quantity="idle_recycle",
            at_least=10,
        ),
        Claim(
            "With pre-ping requests still fail when connections in use"
            " are killed",
            quantity="busy_preping",
            at_least=1,
        ),
        Claim(
            "With a retry none fails",
            quantity="busy_retry",
            at_most=0,
        ),
    ),
)
