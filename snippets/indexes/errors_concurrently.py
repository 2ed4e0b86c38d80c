"""A concurrent build commits by itself, so no transaction may be open.

Running it builds an index in a transaction and outside, and prints
what comes of it.
"""

import asyncio

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

TABLE = "CREATE TABLE users (id int PRIMARY KEY, email text)"
# --8<-- [start:raises]
BUILD = text("CREATE INDEX CONCURRENTLY users_email ON users (email)")


async def in_transaction(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:  # [!]
        await connection.execute(BUILD)


# --8<-- [end:raises]


# --8<-- [start:fix]
async def outside(engine: AsyncEngine) -> None:
    committing = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with committing.connect() as connection:  # [!]
        await connection.execute(BUILD)


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(TABLE))
    for build in (in_transaction, outside):
        try:
            await build(engine)
            print(f"{build.__name__}: built")
        except DBAPIError as error:
            print(f"{build.__name__}: {error.orig}")
    await engine.dispose()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
