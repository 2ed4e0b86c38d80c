"""A connection belongs to the event loop in which it was opened.

Running it uses one engine from two event loops, one after the other.
"""

import asyncio

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool


# --8<-- [start:raises]
async def read(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(text("SELECT 42")) or 0


def twice(url: URL) -> list[int]:
    engine = create_async_engine(url)  # one for both loops
    return [asyncio.run(read(engine)) for _ in range(2)]  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def read_twice(url: URL) -> list[int]:
    engine = create_async_engine(url)
    try:
        return [await read(engine) for _ in range(2)]
    finally:
        await engine.dispose()  # before its loop ends


def in_one_loop(url: URL) -> list[int]:
    return asyncio.run(read_twice(url))


def without_pool(url: URL) -> list[int]:
    engine = create_async_engine(url, poolclass=NullPool)
    return [asyncio.run(read(engine)) for _ in range(2)]


# --8<-- [end:fix]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        url = make_url(dsn).set(drivername="postgresql+asyncpg")
        for function in (twice, in_one_loop, without_pool):
            try:
                print(f"{function.__name__}: {function(url)}")
            except RuntimeError as error:
                said = str(error).rpartition("attached")[1:]
                print(f"{function.__name__}: …", "".join(said))


if __name__ == "__main__":
    main()
