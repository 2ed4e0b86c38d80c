"""A number that the column's type cannot hold never leaves asyncpg.

Running it looks for numbers that are too large in columns of four
types, and prints what comes of each.
"""

import asyncio
from typing import Any

import asyncpg

TABLE = """
CREATE TABLE numbers (
  small smallint, whole int, big bigint, exact numeric
);
INSERT INTO numbers VALUES (1, 1, 1, 1)"""
# --8<-- [start:raises]
RAISES: tuple[tuple[str, Any], ...] = (
    ("SELECT FROM numbers WHERE small = $1", 70_000),
    ("SELECT FROM numbers WHERE whole = $1", 3_000_000_000),
    ("SELECT FROM numbers WHERE whole = ANY($1)", [3_000_000_000]),
    ("SELECT FROM numbers WHERE big = $1", 2**63),
)
# --8<-- [end:raises]
# --8<-- [start:fix]
ALL_OF = "SELECT FROM numbers WHERE whole = ANY($1::bigint[])"
FIXED: tuple[tuple[str, Any], ...] = (
    ("SELECT FROM numbers WHERE small = $1::int", 70_000),
    ("SELECT FROM numbers WHERE whole = $1::bigint", 3_000_000_000),
    (ALL_OF, [3_000_000_000]),
    ("SELECT FROM numbers WHERE exact = $1", 2**63),
)
WIDEN = "ALTER TABLE numbers ALTER COLUMN whole TYPE bigint"
# --8<-- [end:fix]


async def find(
    connection: asyncpg.Connection, query: str, value: Any
) -> str:
    try:
        found = await connection.fetch(query, value)
    except asyncpg.DataError as error:
        return str(error)
    return f"{len(found)} rows"


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    for query, value in (*RAISES, *FIXED):
        print(await find(connection, query, value))
    await connection.execute(WIDEN)
    await connection.reload_schema_state()
    print(await find(connection, *RAISES[1]))
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
