"""asyncpg sends what the parameter is, and takes no other type.

Running it passes values of the wrong type and then of the right one,
and prints what comes of each.
"""

import asyncio
import json
from datetime import date, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import asyncpg


class Mood(Enum):
    FINE = "fine"


SKU = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
TABLE = """
CREATE TYPE mood AS ENUM ('fine');
CREATE TABLE people (
  id int, code text, born date, paid bool, score float8,
  mood mood, doc jsonb
)"""
# --8<-- [start:raises]
RAISES: tuple[tuple[str, Any], ...] = (
    ("SELECT $1", 5),
    ("SELECT FROM people WHERE id = $1", "5"),
    ("SELECT FROM people WHERE id IN ($1)", [1, 2]),
    ("SELECT FROM people WHERE id = ANY($1)", ["1", "2"]),
    ("SELECT FROM people WHERE code = $1", SKU),
    ("SELECT FROM people WHERE mood = $1", Mood.FINE),
    ("SELECT FROM people WHERE paid = $1", 1),
    ("SELECT FROM people WHERE score > $1", "1.5"),
    ("SELECT FROM people WHERE born < $1", "2026-01-02"),
    ("SELECT now() - $1", timedelta(days=1)),
    ("INSERT INTO people (doc) VALUES ($1)", {"plan": "pro"}),
)
# --8<-- [end:raises]
# --8<-- [start:fix]
DOC = json.dumps({"plan": "pro"})
FIXED: tuple[tuple[str, Any], ...] = (
    ("SELECT $1::int", 5),
    ("SELECT FROM people WHERE id = $1", int("5")),
    ("SELECT FROM people WHERE id = ANY($1)", [1, 2]),
    ("SELECT FROM people WHERE code = $1", str(SKU)),
    ("SELECT FROM people WHERE mood = $1", Mood.FINE.value),
    ("SELECT FROM people WHERE paid = $1", bool(1)),
    ("SELECT FROM people WHERE score > $1", float("1.5")),
    (
        "SELECT FROM people WHERE born < $1",
        date.fromisoformat("2026-01-02"),
    ),
    ("SELECT now() - $1::interval", timedelta(days=1)),
    ("INSERT INTO people (doc) VALUES ($1)", DOC),
)
# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    for query, value in RAISES:
        try:
            await connection.fetch(query, value)
        except asyncpg.DataError as error:
            print(error)
    taken = [await connection.fetch(*fixed) for fixed in FIXED]
    print(len(taken), "of", len(FIXED), "are taken")
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
