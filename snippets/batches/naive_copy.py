"""COPY past the session commits by itself.

Running it copies ten prices, rolls back, and counts what is left.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from snippets.batches.copying import demonstrate
from snippets.batches.prices import COLUMNS, Row


# --8<-- [start:copy]
async def copy(session: AsyncSession, batch: list[Row]) -> None:
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    assert raw.driver_connection
    await raw.driver_connection.copy_records_to_table(  # [!]
        "prices",
        columns=COLUMNS,
        records=[
            [values[name] for name in COLUMNS] for values in batch
        ],
    )


# --8<-- [end:copy]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, copy))


if __name__ == "__main__":
    main()
