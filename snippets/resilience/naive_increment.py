"""Read, compute, write: at READ COMMITTED the last one wins.

Running it lets 20 transactions add one to the same row at once, at
each isolation level, and prints what the row holds.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.resilience.increment import READ, WRITE, at_once

LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")


# --8<-- [start:increment]
async def increment(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        value = await connection.scalar(READ)
        await connection.execute(WRITE, {"value": value + 1})  # [!]


# --8<-- [end:increment]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        for isolation in LEVELS:
            print(asyncio.run(at_once(dsn, isolation, increment)))


if __name__ == "__main__":
    main()
