"""What a pre-ping costs, by the distance to the server.

A lone client checks out a connection, runs its statements and returns
it, in turns with and without pre-ping; through a proxy that adds the
distance, but for loopback. The ratio contains the checkout, BEGIN, the
statements and ROLLBACK on both sides, and the ping on one; no HTTP.
"""

import statistics
import time
from functools import partial

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Variant,
)
from snippets.resilience import preping
from snippets.resilience.stretch import stretched

TABLE = """CREATE TABLE stock (id int PRIMARY KEY, pieces int);
INSERT INTO stock VALUES (1, 0)"""
READ = text("SELECT pieces FROM stock WHERE id = :id")


async def prepare(setting: Setting) -> None:
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(TABLE)
    await connection.close()


def plain(dsn: str) -> AsyncEngine:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    return create_async_engine(url)


async def request(engine: AsyncEngine, statements: int) -> float:
    began = time.perf_counter()
    async with engine.connect() as connection:
        for _ in range(statements):
            await connection.execute(READ, {"id": 1})
    return time.perf_counter() - began


def both(dsn: str) -> tuple[AsyncEngine, AsyncEngine]:
    return preping.create_engine(dsn), plain(dsn)


async def warm_up(engine: AsyncEngine, statements: int) -> None:
    for _ in range(3):  # connects, prepares
        await request(engine, statements)


async def trips(dsn: str, statements: int) -> tuple[int, int]:
    """Round trips of one request, with pre-ping and without."""
    counted = []
    async with stretched(dsn) as stretch:
        for engine in both(stretch.dsn):
            await warm_up(engine, statements)
            stretch.trips = 0
            await request(engine, statements)
            counted.append(stretch.trips)
            await engine.dispose()
    pinged, without = counted
    return pinged, without


async def medians(
    dsn: str, statements: int, repeat: int
) -> tuple[float, float]:
    """The engines take turns, so that both meet the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    engines = both(dsn)
    for engine in engines:
        await warm_up(engine, statements)
    for _ in range(repeat):
        for engine, taken in zip(engines, times, strict=True):
            taken.append(await request(engine, statements))
    for engine in engines:
        await engine.dispose()
    pinged, without = map(statistics.median, times)
    return pinged, without


async def run(
    distance_ms: float, statements: int, setting: Setting
) -> dict[str, float]:
    counted = await trips(setting.dsn, statements)
    if distance_ms:
        async with stretched(setting.dsn) as stretch:
            stretch.round_trip_s = distance_ms / 1000
            repeat = setting.conditions["requests"]
            took = await medians(stretch.dsn, statements, repeat)
    else:  # without the proxy, which costs as much as the distance
        repeat = setting.conditions["requests_loopback"]
        took = await medians(setting.dsn, statements, repeat)
    return {
        "pinged": took[0],
        "plain": took[1],
        "trips_pinged": counted[0],
        "trips_plain": counted[1],
    }


def price(variant: str, label: str) -> Quantity:
    def of(r: Round) -> float:
        return r[variant]["pinged"] / r[variant]["plain"]

    return Quantity(label=label, unit="×", digits=2, of=of)


def added_trips(r: Round) -> float:
    """Three, unless some variant counts otherwise."""
    return statistics.mean(
        v["trips_pinged"] - v["trips_plain"] for v in r.values()
    )


def growth(r: Round) -> float:
    return PRICES["farther"].of(r) / PRICES["loopback"].of(r)


VARIANTS = {
    "loopback": (0.0, 1, "loopback, one statement"),
    "near": (1.0, 1, "1 ms, one statement"),
    "far": (5.0, 1, "5 ms, one statement"),
    "farther": (20.0, 1, "20 ms, one statement"),
    "ten": (5.0, 10, "5 ms, ten statements"),
}
PRICES = {
    name: price(name, f"with pre-ping against without, {label}")
    for name, (_, _, label) in VARIANTS.items()
}

EXPERIMENT = Experiment(
    question="What does a pre-ping cost, near and far?",
    needs=frozenset({"postgres"}),
    conditions={"requests": 30, "requests_loopback": 500},
    rehearsal={"requests": 3, "requests_loopback": 5},
    rounds=3,
    prepare=prepare,
    metrics={
        "pinged": Metric(label="request with pre-ping", unit="s"),
        "plain": Metric(label="request without, in turns", unit="s"),
        "trips_pinged": Metric(
            label="round trips with pre-ping", unit=""
        ),
        "trips_plain": Metric(label="round trips without", unit=""),
    },
    variants={
        name: Variant(
            label=label, run=partial(run, distance, statements)
        )
        for name, (distance, statements, label) in VARIANTS.items()
    },
    quantities={
        "trips": Quantity(
            label="round trips of one ping",
            unit="",
            digits=1,
            of=added_trips,
        ),
        **PRICES,
        "growth": Quantity(
            label="that price at 20 ms against loopback",
            unit="×",
            digits=2,
            of=growth,
        ),
    },
    # The bounds are counted, not fitted: BEGIN, the statement and
    # ROLLBACK are three round trips, and so is the ping.
    claims=(
        Claim(
            "A ping is three round trips",
            quantity="trips",
            at_least=3,
            at_most=3,
        ),
        Claim(
            "At 20 ms a request of one statement takes twice as long"
            " with pre-ping: six round trips for three",
            quantity="farther",
            at_least=1.9,
            at_most=2.1,
        ),
        Claim(
            "At 5 ms a request of ten statements takes 15 round trips"
            " for 12, a quarter longer",
            quantity="ten",
            at_least=1.2,
            at_most=1.3,
        ),
        Claim(
            "The ratio grows with the distance",
            quantity="growth",
            at_least=1.05,
        ),
    ),
)
