"""A dashboard three ways, for one client and for many.

A pool of ten connections serves clients that ask again at once. Far:
a round trip to PostgreSQL takes 20 ms. Slow: each of the three reads
waits 20 ms inside PostgreSQL, in the one statement too. Near: neither.

All three go through a proxy in this process, which for far holds back
each direction by 10 ms and costs the clients' event loop some time.
The dashboards are loaded by calls of a function, without HTTP.

Where distance is all, round trips decide: 5 in a row, 9 gathered, of
which a client waits for 3, and 3 in one statement. A sixth is allowed
for what Python costs.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from itertools import count

import asyncpg

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
from snippets.concurrency import combined, dashboard, gathered
from snippets.concurrency.accounts import (
    create_engine,
    create_sessions,
)
from snippets.concurrency.costs import THREE, warm
from snippets.concurrency.states import prepare as prepare_tables
from snippets.concurrency.wire import stretched

ACCOUNTS = 1000
TABLES = ("accounts", "grants", "events")
CLIENTS = {"far": (1, 10, 30), "slow": (1, 30), "near": (1, 30)}
LOADS = {
    "sequential": dashboard.load,
    "gathered": gathered.load,
    "one": combined.load,
}
LABELS = {
    "sequential": "one after another",
    "gathered": "gathered",
    "one": "one statement",
}


async def prepare(setting: Setting) -> None:
    wait_s = setting.conditions["wait_s"]
    slow = "".join(
        f"CREATE VIEW slow.{table} AS"
        f" SELECT {table}.* FROM {table}, pg_sleep({wait_s});"
        for table in TABLES
    )
    await prepare_tables(
        setting.dsn, f"ANALYZE; CREATE SCHEMA slow; {slow}"
    )


async def search(dsn: str, schema: str) -> None:
    """Let connections opened from now on read this schema."""
    connection = await asyncpg.connect(dsn)
    database = await connection.fetchval("SELECT current_database()")
    await connection.execute(
        f"ALTER DATABASE {database} SET search_path = {schema}"
    )
    await connection.close()


async def run(
    place: str, way: str, clients: int, setting: Setting
) -> Values:
    conditions, load = setting.conditions, LOADS[way]
    pool = conditions["pool"]
    distance_s = conditions["round_trip_s"] if place == "far" else 0.0
    await search(setting.dsn, "slow" if place == "slow" else "public")
    async with stretched(setting.dsn) as wire:
        engine = create_engine(wire.dsn, pool, timeout_s=60.0)
        sessions = create_sessions(engine)
        await warm(sessions, pool, (*THREE, combined.ALL))
        wire.round_trip_s = distance_s
        numbers = count()
        began = time.perf_counter()
        end = began + conditions["seconds"]

        async def client() -> int:
            loaded = 0
            while loaded == 0 or time.perf_counter() < end:
                await load(sessions, next(numbers) % ACCOUNTS + 1)
                loaded += 1
            return loaded

        loaded = await asyncio.gather(
            *(client() for _ in range(clients))
        )
        elapsed = time.perf_counter() - began
        await engine.dispose()
    return {
        "throughput": sum(loaded) / elapsed,
        "latency": clients * elapsed / sum(loaded),
    }


def against(over: str, under: str) -> Callable[[Round], float]:
    return lambda r: r[over]["throughput"] / r[under]["throughput"]


def versus(way: str, place: str, clients: int) -> Quantity:
    many = "one client" if clients == 1 else f"{clients} clients"
    return Quantity(
        label=f"dashboards per second, {LABELS[way]} against one after"
        f" another, {place}, {many}",
        unit="×",
        digits=2,
        of=against(
            f"{place}-{way}-{clients}", f"{place}-sequential-{clients}"
        ),
    )


def near(quantity: str, expected: float, text: str) -> Claim:
    """What round trips alone predict, within a sixth."""
    return Claim(
        f"{text} {expected:.2f} times what three in a row serve, within"
        " a sixth",
        quantity=quantity,
        at_least=expected * 5 / 6,
        at_most=expected * 7 / 6,
    )


EXPERIMENT = Experiment(
    question="Does gathering three statements serve more dashboards?",
    needs=frozenset({"postgres"}),
    conditions={
        "seconds": 0.6,
        "pool": 10,
        "round_trip_s": 0.02,
        "wait_s": 0.02,
    },
    rehearsal={
        "seconds": 0.01,
        "pool": 2,
        "round_trip_s": 0.001,
        "wait_s": 0.001,
    },
    rounds=3,
    prepare=prepare,
    metrics={
        "throughput": Metric(label="dashboards", unit="req/s"),
        "latency": Metric(label="mean time of a dashboard", unit="s"),
    },
    variants={
        f"{place}-{way}-{clients}": Variant(
            label=f"{place}, {LABELS[way]}, {clients}",
            run=partial(run, place, way, clients),
            x=clients,
        )
        for place, numbers in CLIENTS.items()
        for clients in numbers
        for way in LOADS
    },
    quantities={
        "alone": versus("gathered", "far", 1),
        "full": versus("gathered", "far", 10),
        "crowded": versus("gathered", "far", 30),
        "one_alone": versus("one", "far", 1),
        "one_crowded": versus("one", "far", 30),
        "slow_alone": versus("gathered", "slow", 1),
        "slow_crowded": versus("gathered", "slow", 30),
        "slow_one": versus("one", "slow", 30),
        "near_alone": versus("gathered", "near", 1),
        "near_crowded": versus("gathered", "near", 30),
        "near_one": versus("one", "near", 30),
        "best": Quantity(
            label="dashboards per second, one statement against"
            " gathered, far, 30 clients",
            unit="×",
            digits=2,
            of=against("far-one-30", "far-gathered-30"),
        ),
    },
    claims=(
        near(
            "alone", 5 / 3, "Far away, gathering serves a lone client"
        ),
        near(
            "full",
            5 / 9,
            "With as many clients as connections, gathering serves",
        ),
        near(
            "crowded",
            5 / 9,
            "With three clients a connection, gathering serves",
        ),
        near("one_alone", 5 / 3, "One statement serves a lone client"),
        near("one_crowded", 5 / 3, "One statement serves 30 clients"),
        Claim(
            "With slow statements, gathering serves a lone client more"
            " often, at most three times",
            quantity="slow_alone",
            at_least=1.0,
            at_most=3.0,
        ),
        Claim(
            "With slow statements and 30 clients, gathering gains at"
            " most a tenth",
            quantity="slow_crowded",
            at_most=1.1,
        ),
        Claim(
            "Near the database, gathering serves 30 clients less",
            quantity="near_crowded",
            at_most=1.0,
        ),
        Claim(
            "Near the database, one statement serves 30 clients at"
            " least as often as three",
            quantity="near_one",
            at_least=1.0,
        ),
    ),
)
