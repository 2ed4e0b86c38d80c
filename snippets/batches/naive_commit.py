"""A commit per row waits three times for each.

Running it stores 200 prices and prints the round trips.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.prices import Price, Row, trips


# --8<-- [start:store]
async def store(session: AsyncSession, batch: list[Row]) -> None:
    for values in batch:
        session.add(Price(**values))
        await session.commit()  # [!]


# --8<-- [end:store]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        count = asyncio.run(trips(dsn, store, 200))
    print(f"200 rows: {count} round trips")


if __name__ == "__main__":
    main()
