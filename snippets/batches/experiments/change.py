"""Every way to change and to delete prices, near and farther away.

Each run fills the table with so many rows, changes them all, deletes
them all, and begins again, for so many seconds of each. The first
time is not counted: it prepares statements.
"""

import time
from functools import partial
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Variant,
)
from snippets.batches import changes, methods, naive_changes
from snippets.batches.experiments._delay import delayed
from snippets.batches.prices import Price, Row, Store, prices, row

SKU = Price.sku == bindparam("old")
REPRICE = text(
    "UPDATE prices SET cents = :cents, currency = :currency"
    " WHERE sku = :sku"
)
RETIRE = text("DELETE FROM prices WHERE sku = :sku")


def each(store: Store) -> Store:
    """The same for one row at a time, each with its commit."""

    async def store_each(
        session: AsyncSession, batch: list[Row]
    ) -> None:
        for values in batch:
            await store(session, [values])

    return store_each


async def reprice_objects(
    session: AsyncSession, batch: list[Row]
) -> None:
    latest = {new["sku"]: new for new in batch}
    query = select(Price).where(Price.sku.in_(latest))
    for price in await session.scalars(query):
        price.cents = latest[price.sku]["cents"]
        price.currency = latest[price.sku]["currency"]
    await session.commit()


async def retire_objects(
    session: AsyncSession, batch: list[Row]
) -> None:
    skus = [old["sku"] for old in batch]
    query = select(Price).where(Price.sku.in_(skus))
    for price in await session.scalars(query):
        await session.delete(price)
    await session.commit()


async def reprice_plain(
    session: AsyncSession, batch: list[Row]
) -> None:
    """A statement per row, without what the ORM does for each."""
    for new in batch:
        await session.execute(REPRICE, new)
    await session.commit()


async def retire_plain(session: AsyncSession, batch: list[Row]) -> None:
    for old in batch:
        await session.execute(RETIRE, {"sku": old["sku"]})
    await session.commit()


async def reprice_many(session: AsyncSession, batch: list[Row]) -> None:
    connection = await session.connection()
    await connection.execute(
        update(Price)
        .where(SKU)
        .values(cents=bindparam("new"), currency=bindparam("in")),
        [
            {
                "old": new["sku"],
                "new": new["cents"],
                "in": new["currency"],
            }
            for new in batch
        ],
    )
    await session.commit()


async def retire_many(session: AsyncSession, batch: list[Row]) -> None:
    connection = await session.connection()
    await connection.execute(
        delete(Price).where(SKU), [{"old": old["sku"]} for old in batch]
    )
    await session.commit()


async def reprice_all(session: AsyncSession, _: list[Row]) -> None:
    await session.execute(text("UPDATE prices SET cents = cents + 1"))
    await session.commit()


async def retire_all(session: AsyncSession, _: list[Row]) -> None:
    await session.execute(text("DELETE FROM prices"))
    await session.commit()


class Way(NamedTuple):
    label: str
    reprice: Store
    retire: Store
    size: int  # of a batch: what takes a fraction of a second


WAYS = {
    "commit": Way(
        "commit per row",
        each(naive_changes.reprice),
        each(naive_changes.retire),
        20,
    ),
    "rows": Way(
        "row by row, one commit",
        naive_changes.reprice,
        naive_changes.retire,
        100,
    ),
    "plain": Way(
        "row by row, plain SQL", reprice_plain, retire_plain, 100
    ),
    "objects": Way(
        "objects, one commit", reprice_objects, retire_objects, 1000
    ),
    "many": Way("executemany", reprice_many, retire_many, 1000),
    "arrays": Way("arrays", changes.reprice, changes.retire, 1000),
    "condition": Way(
        "one condition for all", reprice_all, retire_all, 1000
    ),
}
FAR = ("rows", "many", "arrays")
FAR_MS = 1.0


async def run(
    way: Way, distance_ms: float, setting: Setting
) -> dict[str, float]:
    size = min(way.size, setting.conditions["largest_batch"])
    batch = [row(number) for number in range(size)]
    new = [values | {"cents": 500} for values in batch]
    spent = {"update": 0.0, "delete": 0.0}
    rounds = 0
    with delayed(setting.dsn, distance_ms / 1000) as dsn:
        async with (
            prices(dsn) as engine,
            AsyncSession(engine) as session,
        ):
            await session.execute(text("TRUNCATE prices"))
            while min(spent.values()) < setting.conditions["seconds"]:
                await methods.arrays(session, batch)
                for name, change in (
                    ("update", way.reprice),
                    ("delete", way.retire),
                ):
                    began = time.perf_counter()
                    await change(session, new)
                    if rounds:
                        spent[name] += time.perf_counter() - began
                rounds += 1
    rows = size * (rounds - 1)
    return {name: rows / seconds for name, seconds in spent.items()}


def ratio(label: str, metric: str, fast: str, slow: str) -> Quantity:
    return Quantity(
        label=label,
        unit="×",
        digits=2,
        of=lambda r: r[fast][metric] / r[slow][metric],
    )


EXPERIMENT = Experiment(
    question="How many rows a second does each way change and delete?",
    needs=frozenset({"postgres"}),
    conditions={"seconds": 0.3, "largest_batch": 1000},
    rehearsal={"seconds": 0.001, "largest_batch": 10},
    rounds=5,
    metrics={
        "update": Metric(label="rows changed", unit="rows/s"),
        "delete": Metric(label="rows deleted", unit="rows/s"),
    },
    variants={
        name: Variant(
            label=way.label,
            run=partial(run, way, 0.0),
            baseline=name == "commit",
        )
        for name, way in WAYS.items()
    }
    | {
        f"{name}-far": Variant(
            label=f"{WAYS[name].label}, 1 ms away",
            run=partial(run, WAYS[name], FAR_MS),
        )
        for name in FAR
    },
    quantities={
        f"{metric}_{fast}_{slow}": ratio(
            f"{WAYS[fast].label} against {WAYS[slow].label}: {metric}",
            metric,
            fast,
            slow,
        )
        for metric in ("update", "delete")
        for fast, slow in (
            ("arrays", "commit"),
            ("arrays", "rows"),
            ("arrays", "plain"),
            ("arrays", "many"),
            ("many", "rows"),
            ("condition", "rows"),
        )
    },
    claims=(
        Claim(
            "Arrays change at least 10× the rows of row by row",
            quantity="update_arrays_rows",
            at_least=10.0,
        ),
        Claim(
            "Arrays delete at least 10× the rows of row by row",
            quantity="delete_arrays_rows",
            at_least=10.0,
        ),
        Claim(
            "executemany changes at least 5× the rows of row by row",
            quantity="update_many_rows",
            at_least=5.0,
        ),
    ),
)
