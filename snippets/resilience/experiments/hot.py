"""Twenty clients add one to the same row: a statement, or retries."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import asyncpg
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Variant,
)
from snippets.resilience.increment import (
    COUNTERS,
    READ,
    in_one_statement,
    retried,
)
from snippets.resilience.naive_increment import increment

CLIENTS = 20


async def run(
    add: Callable[[AsyncEngine], Awaitable[None]],
    isolation: str,
    setting: Setting,
) -> dict[str, float]:
    engine = create_async_engine(
        make_url(setting.dsn).set(drivername="postgresql+asyncpg"),
        isolation_level=isolation,
        pool_size=CLIENTS,
    )
    admin = await asyncpg.connect(setting.dsn)
    await admin.execute("DROP TABLE IF EXISTS counters;" + COUNTERS)
    transactions = 0

    @event.listens_for(engine.sync_engine, "begin")
    def count(_: object) -> None:
        nonlocal transactions
        transactions += 1

    async def client() -> int:
        done = 0
        while time.perf_counter() < end:
            await add(engine)
            done += 1
        return done

    began = time.perf_counter()
    end = began + setting.conditions["seconds"]
    done = sum(
        await asyncio.gather(*(client() for _ in range(CLIENTS)))
    )
    elapsed = time.perf_counter() - began
    value = await admin.fetchval(READ.text)
    await admin.close()
    await engine.dispose()
    return {
        "throughput": value / elapsed,
        "attempts": transactions / done,
        "lost": 100 * (done - value) / done,
    }


EXPERIMENT = Experiment(
    question="What does a retry cost where all want the same row?",
    needs=frozenset({"postgres"}),
    conditions={"seconds": 2.0, "clients": CLIENTS},
    rehearsal={"seconds": 0.2},
    rounds=5,
    metrics={
        "throughput": Metric(label="increments kept", unit="req/s"),
        "attempts": Metric(label="transactions per increment", unit=""),
        "lost": Metric(label="increments lost", unit="%"),
    },
    variants={
        "naive": Variant(
            label="READ COMMITTED, read and write",
            run=partial(run, increment, "READ COMMITTED"),
            baseline=True,
        ),
        "retried": Variant(
            label="SERIALIZABLE, retried",
            run=partial(run, retried, "SERIALIZABLE"),
        ),
        "statement": Variant(
            label="READ COMMITTED, one statement",
            run=partial(run, in_one_statement, "READ COMMITTED"),
        ),
    },
    quantities={
        "lost": Quantity(
            label="increments lost at READ COMMITTED",
            unit="%",
            digits=2,
            of=lambda r: r["naive"]["lost"],
        ),
        "attempts": Quantity(
            label="transactions per increment, SERIALIZABLE",
            unit="",
            digits=2,
            of=lambda r: r["retried"]["attempts"],
        ),
        "statement": Quantity(
            label="increments kept, one statement against retries",
            unit="×",
            digits=2,
            of=lambda r: (
                r["statement"]["throughput"]
                / r["retried"]["throughput"]
            ),
        ),
        "kept": Quantity(
            label="increments lost, one statement or retries",
            unit="%",
            digits=2,
            of=lambda r: r["retried"]["lost"] + r["statement"]["lost"],
        ),
    },
    claims=(
        Claim(
            "READ COMMITTED loses at least half of the increments, and"
            " no transaction fails",
            quantity="lost",
            at_least=50.0,
        ),
        Claim(
            "Neither of the other two loses any",
            quantity="kept",
            at_most=0.0,
        ),
        Claim(
            "One statement keeps at least 1.5× the increments of"
            " SERIALIZABLE with retries",
            quantity="statement",
            at_least=1.5,
        ),
    ),
)
