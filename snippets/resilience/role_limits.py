"""Limits that belong to the role reach the server through PgBouncer.

Running it connects through a pooler, first with the limits as startup
parameters, then with limits that the role has.
"""

import asyncio

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from snippets.resilience.limits import LIMITS
from snippets.resilience.naive_listener import timeouts
from snippets.resilience.pooler import pooler
from snippets.resilience.timeouts import create_engine, server_settings


# --8<-- [start:role]
async def limit_role(connection: AsyncConnection) -> None:
    """Once, as the role of the service; migrations have another."""
    quoted = text("SELECT quote_ident(current_database())")
    database = await connection.scalar(quoted)
    for name, value in server_settings(LIMITS).items():
        await connection.execute(
            text(
                f"ALTER ROLE CURRENT_USER IN DATABASE {database}"
                f" SET {name} = '{value}'"
            )
        )


# --8<-- [end:role]


async def demonstrate(dsn: str) -> None:
    async with pooler(dsn) as address:
        try:
            await timeouts(create_engine(address))
        except DBAPIError as error:
            refusal = str(error.args[0]).rpartition(".Error) ")[2]
            print("startup parameters:", refusal)

        url = make_url(dsn).set(drivername="postgresql+asyncpg")
        migration = create_async_engine(url)
        async with migration.begin() as connection:
            await limit_role(connection)
        await migration.dispose()
        said = await timeouts(create_engine(address, pooler=True))
        print("limits of the role:", *said)


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
