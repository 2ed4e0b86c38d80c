"""A migration changes what a prepared statement returns.

Running it reads a table, adds a column from elsewhere, and reads
again: in a transaction, again in a new one, and by named columns.
"""

import asyncio

import asyncpg

from snippets.indexes.plans import quiet

TABLE = "CREATE TABLE users (id int, email text)"


# --8<-- [start:raises]
async def read(connection: asyncpg.Connection) -> int:
    async with connection.transaction():
        found = await connection.fetch("SELECT * FROM users")  # [!]
    return len(found)


# --8<-- [end:raises]


# --8<-- [start:fix]
async def read_columns(connection: asyncpg.Connection) -> int:
    async with connection.transaction():
        found = await connection.fetch("SELECT id, email FROM users")
    return len(found)


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    async with (
        quiet(dsn, TABLE) as connection,
        quiet(dsn) as migration,
    ):
        for reading in (read, read_columns):
            await reading(connection)
            column = f"{reading.__name__}_later"
            await migration.execute(
                f"ALTER TABLE users ADD COLUMN {column} int"
            )
            for attempt in ("first", "second"):
                try:
                    await reading(connection)
                    said = "no error"
                except asyncpg.InvalidCachedStatementError as error:
                    said = str(error)
                print(f"{reading.__name__}, {attempt}: {said}")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
