"""A VALUES list has a parameter for each cell, and 32,767 are all.

Running it stores 10,922 rows of three cells, then 10,923.
"""

import asyncio

from sqlalchemy import insert
from sqlalchemy.exc import InterfaceError
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.prices import Price, Row, Store, prices, row


# --8<-- [start:store]
async def store(session: AsyncSession, batch: list[Row]) -> None:
    await session.execute(insert(Price).values(batch))  # [!]
    await session.commit()


# --8<-- [end:store]


async def demonstrate(dsn: str, store: Store) -> None:
    async with prices(dsn) as engine:
        for first, count in (0, 10_922), (10_922, 10_923):
            numbers = range(first, first + count)
            async with AsyncSession(engine) as session:
                try:
                    await store(session, [row(n) for n in numbers])
                    print(f"{count:,} rows: stored")
                except InterfaceError as error:
                    print(f"{count:,} rows: {error.orig}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, store))


if __name__ == "__main__":
    main()
