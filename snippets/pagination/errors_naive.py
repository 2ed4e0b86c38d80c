"""A time with a zone and one without cannot be compared.

Running it does so in a statement and twice in Python, changes the
column, does it again, and prints what comes of it.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg

TABLE = """
CREATE TABLE logins (at timestamp NOT NULL);
INSERT INTO logins VALUES ('2026-01-02 12:00')"""
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


# --8<-- [start:raises]
async def store(connection: asyncpg.Connection, now: datetime) -> str:
    insert = "INSERT INTO logins VALUES ($1)"
    return str(await connection.execute(insert, now))


async def age(
    connection: asyncpg.Connection, now: datetime
) -> timedelta:
    at: datetime = await connection.fetchval("SELECT at FROM logins")
    return now - at


async def is_past(
    connection: asyncpg.Connection, now: datetime
) -> bool:
    at: datetime = await connection.fetchval("SELECT at FROM logins")
    return at < now


# --8<-- [end:raises]
# --8<-- [start:fix]
WITH_ZONE = """
ALTER TABLE logins
ALTER COLUMN at TYPE timestamptz USING at AT TIME ZONE 'UTC'"""
# --8<-- [end:fix]
# --8<-- [start:kept]
KEPT = "INSERT INTO logins VALUES ($1::timestamptz AT TIME ZONE 'UTC')"
READ = "SELECT at AT TIME ZONE 'UTC' FROM logins"
# --8<-- [end:kept]


async def attempt(connection: asyncpg.Connection) -> None:
    for step in (store, age, is_past):
        try:
            print(await step(connection, LATER))
        except (asyncpg.DataError, TypeError) as error:
            print(f"{type(error).__name__}: {error}")


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    await attempt(connection)
    await connection.execute(WITH_ZONE)
    await connection.reload_schema_state()
    await attempt(connection)
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
