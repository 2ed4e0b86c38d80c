"""Halve a batch that fails until the bad rows stand alone.

Running it stores a thousand prices in three ways and prints what each
keeps: one is negative, one too large for its column, and one name
holds a byte that text may not hold.
"""

import asyncio

from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches import naive_commit, once
from snippets.batches.prices import Price, Row, Store, prices, row

# --8<-- [start:store]
# A row is to blame: its values, a constraint, too long a key.
BAD_ROW = ("22", "23", "54000")


async def store(session: AsyncSession, batch: list[Row]) -> list[Row]:
    rejected = await insert_or_reject(session, batch)
    await session.commit()
    return rejected


async def insert_or_reject(
    session: AsyncSession, batch: list[Row]
) -> list[Row]:
    if not batch:  # SQLAlchemy would insert a row of defaults
        return []
    try:
        async with session.begin_nested():
            await session.execute(insert(Price), batch)
        return []
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None))
        if not state.startswith(BAD_ROW):
            raise  # no half of the batch would fare better
        if len(batch) == 1:
            return batch
    middle = len(batch) // 2
    return [
        *await insert_or_reject(session, batch[:middle]),
        *await insert_or_reject(session, batch[middle:]),
    ]


# --8<-- [end:store]


async def outcome(dsn: str, store: Store, batch: list[Row]) -> str:
    async with prices(dsn) as engine, AsyncSession(engine) as session:
        try:
            rejected = await store(session, batch)
            text = f"rejected: {[bad['sku'] for bad in rejected]}"
        except DBAPIError as error:
            await session.rollback()
            text = str(getattr(error.orig, "sqlstate", None))
        query = select(func.count()).select_from(Price)
        kept = await session.scalar(query)
    return f"{kept} rows kept, {text}"


def main() -> None:
    import lab

    batch = [row(number) for number in range(1000)]
    batch[3]["cents"] = -1
    batch[400]["cents"] = 2**31
    batch[800]["sku"] = "sku-\0"
    ways = {
        "a commit per row": naive_commit.store,
        "one commit": once.store,
        "halved": store,
    }
    for name, way in ways.items():
        with lab.postgres() as dsn:
            print(f"{name}: {asyncio.run(outcome(dsn, way, batch))}")


if __name__ == "__main__":
    main()
