"""COPY on the driver's connection, inside the session's transaction.

Running it copies ten prices, rolls back, and counts what is left.
"""

import asyncio

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.prices import (
    COLUMNS,
    Price,
    Row,
    Store,
    prices,
    row,
)


# --8<-- [start:store]
async def store(session: AsyncSession, batch: list[Row]) -> None:
    await copy(session, batch)
    await session.commit()


async def copy(session: AsyncSession, batch: list[Row]) -> None:
    connection = await session.connection()
    await session.execute(text("SELECT 1"))  # [!]
    raw = await connection.get_raw_connection()
    assert raw.driver_connection
    await raw.driver_connection.copy_records_to_table(
        "prices",
        columns=COLUMNS,
        records=[
            [values[name] for name in COLUMNS] for values in batch
        ],
    )


# --8<-- [end:store]


async def demonstrate(dsn: str, copy: Store) -> None:
    async with prices(dsn) as engine, AsyncSession(engine) as session:
        await copy(session, [row(number) for number in range(10)])
        await session.rollback()
        count = select(func.count()).select_from(Price)
        print("rows after the rollback:", await session.scalar(count))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, copy))


if __name__ == "__main__":
    main()
