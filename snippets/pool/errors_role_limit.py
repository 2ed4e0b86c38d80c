"""The limit of a role refuses connections that the server would take.

Running it opens four connections as a role that may have two.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from sqlalchemy import make_url

# --8<-- [start:limits]
LIMITS = """SELECT current_setting('max_connections')::int AS server,
       (SELECT rolconnlimit FROM pg_roles
        WHERE rolname = current_user) AS role,
       (SELECT datconnlimit FROM pg_database
        WHERE datname = current_database()) AS database"""
# --8<-- [end:limits]


async def open_many(dsn: str, wanted: int) -> tuple[int, str]:
    """How many connections can be open at once, and what is said."""
    count = 0
    async with AsyncExitStack() as stack:
        while count < wanted:
            try:
                connection = await asyncpg.connect(dsn)
            except asyncpg.TooManyConnectionsError as error:
                return count, f"{error.sqlstate}: {error}"
            stack.push_async_callback(connection.close)
            count += 1
    return count, ""


@asynccontextmanager
async def limited(
    dsn: str, role: str, limit: int
) -> AsyncIterator[str]:
    """The URL of a new role that may have so many connections."""
    admin = await asyncpg.connect(dsn)
    await admin.execute(
        f"CREATE ROLE {role} LOGIN PASSWORD '{role}'"
        f" CONNECTION LIMIT {limit}"
    )
    try:
        url = make_url(dsn).set(username=role, password=role)
        yield url.render_as_string(hide_password=False)
    finally:
        await admin.execute(f"DROP ROLE {role}")
        await admin.close()


async def demonstrate(dsn: str) -> None:
    async with limited(dsn, "reporting", 2) as url:
        count, said = await open_many(url, 4)
        print(f"{count} connections, then {said}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
