"""Cursors that lose rows without an error.

Running it reads a thousand posts in pages of twenty, with several
cursors, and prints how many each one found.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncpg

FILL = """
CREATE TABLE posts AS
SELECT n AS id, nullif(n % 10, 0) AS score,
  timestamptz '2026-01-01Z' + n / 3 * interval '130 us' AS at
FROM generate_series(1, 1000) n"""

END = "LIMIT 20"


def milliseconds(value: Any) -> Any:
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Cursor:
    column: str
    where: str
    order: str
    send: Callable[[Any], Any] = lambda value: value


# --8<-- [start:cursors]
CURSORS = {
    "no tie-breaker": Cursor("at", "at < $1 AND $2 > 0", "at DESC"),
    "milliseconds": Cursor(
        "at", "(at, id) < ($1, $2)", "at DESC, id DESC", milliseconds
    ),
    "nulls first": Cursor(
        "score", "(score, id) < ($1, $2)", "score DESC, id DESC"
    ),
    "nulls last": Cursor(
        "score",
        "(score, id) < ($1, $2)",
        "score DESC NULLS LAST, id DESC",
    ),
    "coalesce": Cursor(
        "coalesce(score, -1)",
        "(coalesce(score, -1), id) < ($1, $2)",
        "coalesce(score, -1) DESC, id DESC",
    ),
    "microseconds": Cursor(
        "at", "(at, id) < ($1, $2)", "at DESC, id DESC"
    ),
}
# --8<-- [end:cursors]


async def read(connection: asyncpg.Connection, cursor: Cursor) -> int:
    """How many different rows all pages together have."""
    seen: set[int] = set()
    first = f"SELECT {cursor.column}, id FROM posts"
    end = f"ORDER BY {cursor.order} {END}"
    page = await connection.fetch(f"{first} {end}")
    after = f"{first} WHERE {cursor.where} {end}"
    while page:
        seen |= {row["id"] for row in page}
        value, last = page[-1]
        page = await connection.fetch(after, cursor.send(value), last)
    return len(seen)


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(FILL)
    for name, cursor in CURSORS.items():
        print(f"{name:14} {await read(connection, cursor):5,}")
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
