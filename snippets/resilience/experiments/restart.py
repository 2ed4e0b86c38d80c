"""PostgreSQL is killed with SIGKILL and started while orders arrive.

The server of each run is one of our own. Orders arrive at a fixed
rate, whether or not earlier ones are answered.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Variant,
)
from snippets.resilience import naive_restart, restart

Place = Callable[[AsyncEngine, str], Awaitable[None]]

RATE = 200
WAL_WRITER_DELAY_S = 0.2  # the default


async def load(
    dsn: str, crash: Callable[[], None], place: Place, setting: Setting
) -> dict[str, float]:
    rate, orders = (
        setting.conditions["rate"],
        setting.conditions["orders"],
    )
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(
        url, pool_size=10, max_overflow=0, pool_pre_ping=True
    )
    admin = await asyncpg.connect(dsn)
    # Else a crash could take the table with it.
    await admin.execute("SET synchronous_commit = on")
    await admin.execute(restart.ORDERS)
    await admin.close()

    acknowledged = set[str]()

    async def order(number: int) -> None:
        await asyncio.sleep(number / rate)
        key = f"order {number}"
        await place(engine, key)
        acknowledged.add(key)

    opened = time.perf_counter()
    arrivals = [asyncio.ensure_future(order(n)) for n in range(orders)]
    await arrivals[orders // 3]
    # The WAL writer's rounds began with the first order: without this
    # the kill would always find the same part of one.
    await asyncio.sleep(random.uniform(0, WAL_WRITER_DELAY_S))
    killed = time.perf_counter()
    await asyncio.to_thread(crash)
    ready = time.perf_counter()
    results = await asyncio.gather(*arrivals, return_exceptions=True)
    await engine.dispose()

    reader = await asyncpg.connect(dsn)
    found = {key for (key,) in await reader.fetch(restart.FOUND)}
    await reader.close()
    failed = [result is not None for result in results]
    meanwhile = [
        failed[n]
        for n in range(orders)
        if killed < opened + n / rate < ready
    ]
    return {
        "failed": sum(failed),
        "meanwhile": len(meanwhile),
        "failed_meanwhile": sum(meanwhile),
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - found),
        "unreported": len(found - acknowledged),
        "down": ready - killed,
    }


async def run(
    place: Place, synchronous_commit: str, setting: Setting
) -> dict[str, float]:
    import lab

    with lab.postgres_server(
        {"synchronous_commit": synchronous_commit},
        durable=setting.conditions["durable"],
    ) as server:

        def crash() -> None:
            server.kill()
            server.start()

        return await load(server.dsn, crash, place, setting)


EXPERIMENT = Experiment(
    question="What does a crash of PostgreSQL under load cost?",
    needs=frozenset({"postgres"}),
    conditions={"rate": RATE, "orders": 600, "durable": True},
    rehearsal={"rate": 100, "orders": 60, "durable": False},
    rounds=5,
    metrics={
        "failed": Metric(label="orders failed", unit=""),
        "meanwhile": Metric(
            label="arrived while the server was down", unit=""
        ),
        "failed_meanwhile": Metric(label="failed of these", unit=""),
        "acknowledged": Metric(label="orders acknowledged", unit=""),
        "lost": Metric(label="acknowledged and lost", unit=""),
        "unreported": Metric(label="failed and found", unit=""),
        "down": Metric(label="server down", unit="s"),
    },
    variants={
        "preping": Variant(
            label="pre-ping",
            run=partial(run, naive_restart.place, "on"),
            baseline=True,
        ),
        "retry": Variant(
            label="pre-ping and retry",
            run=partial(run, restart.place, "on"),
        ),
        "async": Variant(
            label="the same, synchronous_commit=off",
            run=partial(run, restart.place, "off"),
        ),
    },
    quantities={
        "failed_preping": Quantity(
            label="of 600 orders that failed with pre-ping alone",
            unit="",
            digits=3,
            of=lambda r: r["preping"]["failed"],
        ),
        "down": Quantity(
            label="PostgreSQL was down",
            unit="s",
            digits=2,
            of=lambda r: r["preping"]["down"],
        ),
        "share": Quantity(
            label="failed with pre-ping, of those that came meanwhile",
            unit="%",
            digits=2,
            of=lambda r: (
                100
                * r["preping"]["failed_meanwhile"]
                / r["preping"]["meanwhile"]
            ),
        ),
        "failed_retry": Quantity(
            label="of 600 orders that failed with a retry",
            unit="",
            digits=2,
            of=lambda r: r["retry"]["failed"],
        ),
        "lost": Quantity(
            label="acknowledged orders lost, durable settings",
            unit="",
            digits=2,
            of=lambda r: r["preping"]["lost"] + r["retry"]["lost"],
        ),
        "lost_async": Quantity(
            label="acknowledged orders lost, synchronous_commit=off",
            unit="",
            digits=2,
            of=lambda r: r["async"]["lost"],
        ),
    },
    claims=(
        # All but those who come while the last attempts to connect
        # are answered.
        Claim(
            "With pre-ping alone at least four of five orders fail that"
            " arrive while PostgreSQL is down",
            quantity="share",
            at_least=80.0,
        ),
        Claim(
            "With a retry on disconnect, none fails",
            quantity="failed_retry",
            at_most=0,
        ),
        Claim(
            "With durable settings no acknowledged order is lost",
            quantity="lost",
            at_most=0,
        ),
        Claim(
            "With synchronous_commit=off acknowledged orders are lost",
            quantity="lost_async",
            at_least=1,
        ),
        # PostgreSQL's manual, on asynchronous commits.
        Claim(
            "Not more of them than arrive in three times"
            " wal_writer_delay",
            quantity="lost_async",
            at_most=3 * WAL_WRITER_DELAY_S * RATE,
        ),
    ),
)
