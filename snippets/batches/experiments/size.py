"""Rows a second by batch size: one INSERT of that many rows at a time.

One transaction around all, so that the commit counts once, and one
prepared statement with three arrays, so that nothing but the number
of rows differs between one size and the next.
"""

import time
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
from snippets.batches.experiments._delay import delayed

SIZES = (1, 3, 10, 30, 100, 300, 1000, 10_000)
TABLE = """
CREATE TABLE prices (
  id serial PRIMARY KEY, sku text UNIQUE, cents int, currency text
)"""
INSERT = """
INSERT INTO prices (sku, cents, currency)
SELECT * FROM unnest($1::text[], $2::int[], $3::text[])"""


async def prepare(setting: Setting) -> None:
    connection = await asyncpg.connect(setting.dsn)
    await connection.execute(TABLE)
    await connection.close()


async def run(
    size: int, distance_ms: float, setting: Setting
) -> dict[str, float]:
    """Insert batches for so many seconds."""
    with delayed(setting.dsn, distance_ms / 1000) as dsn:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute("TRUNCATE prices")
            insert = await connection.prepare(INSERT)
            batches = 0
            began = time.perf_counter()
            end = began + setting.conditions["seconds"]
            async with connection.transaction():
                while batches == 0 or time.perf_counter() < end:
                    first = batches * size
                    numbers = range(first, first + size)
                    await insert.fetch(
                        [f"sku-{n}" for n in numbers],
                        [n + 1 for n in numbers],
                        ["EUR"] * size,
                    )
                    batches += 1
            elapsed = time.perf_counter() - began
        finally:
            await connection.close()
    return {"rows": batches * size / elapsed}


def rate(r: Round, name: str) -> float:
    return r[name]["rows"]


EXPERIMENT = Experiment(
    question="How many rows a second does a batch of each size store?",
    needs=frozenset({"postgres"}),
    conditions={"seconds": 0.5},
    rehearsal={"seconds": 0.01},
    rounds=7,
    prepare=prepare,
    metrics={"rows": Metric(label="rows stored", unit="rows/s")},
    variants={
        f"{place}-{size}": Variant(
            label=f"batches of {size:,}, {label}",
            run=partial(run, size, distance_ms),
            x=size,
        )
        for place, label, distance_ms in (
            ("near", "loopback", 0.0),
            ("far", "1 ms away", 1.0),
        )
        for size in SIZES
    },
    quantities={
        "near": Quantity(
            label="rows that a batch stores in the time of one INSERT"
            " of one row, on loopback",
            unit="rows",
            digits=2,
            of=lambda r: rate(r, "near-10000") / rate(r, "near-1"),
        ),
        "far": Quantity(
            label="rows that a batch stores in the time of one INSERT"
            " of one row, 1 ms away",
            unit="rows",
            digits=2,
            of=lambda r: rate(r, "far-10000") / rate(r, "far-1"),
        ),
        "knee": Quantity(
            label="what batches of 1,000 reach of batches of 10,000,"
            " 1 ms away",
            unit="%",
            digits=2,
            of=lambda r: (
                100 * rate(r, "far-1000") / rate(r, "far-10000")
            ),
        ),
    },
    claims=(
        Claim(
            "On loopback, a round trip costs as much as at least five"
            " rows",
            quantity="near",
            at_least=5.0,
        ),
        Claim(
            "1 ms away, a round trip costs as much as at least fifty"
            " rows",
            quantity="far",
            at_least=50.0,
        ),
        Claim(
            "1 ms away, batches of 1,000 reach at least half the speed"
            " of batches of 10,000",
            quantity="knee",
            at_least=50.0,
        ),
    ),
)
