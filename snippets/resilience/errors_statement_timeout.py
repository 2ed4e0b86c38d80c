"""The server stopped a statement that took longer than it may.

Running it reads a slow report under a limit of 200 ms, and then
with a limit of its own.
"""

import asyncio

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# --8<-- [start:raises]
REPORT = text("SELECT 42 FROM pg_sleep(0.4)")


def create_engine(dsn: str) -> AsyncEngine:
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        connect_args={
            "server_settings": {"statement_timeout": "200ms"}
        },
    )


async def report(engine: AsyncEngine) -> object:
    async with engine.connect() as connection:
        return await connection.scalar(REPORT)


# --8<-- [end:raises]


# --8<-- [start:fix]
LONGER = text("SET LOCAL statement_timeout = '30s'")


async def report_with_time(engine: AsyncEngine) -> object:
    async with engine.begin() as connection:
        await connection.execute(LONGER)  # until this transaction ends
        return await connection.scalar(REPORT)


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    engine = create_engine(dsn)
    for call in (report, report_with_time, report):
        try:
            print("report:", await call(engine))
        except DBAPIError as error:
            print(error.args[0].rpartition("Error) ")[2])
    await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
