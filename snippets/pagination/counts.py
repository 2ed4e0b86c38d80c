"""What a total costs, and what its estimates say.

Running it counts the posts of one author, and those of all, in four
ways, and prints each answer with the buffers behind it.
"""

import asyncio
import json

import asyncpg

from snippets.pagination.plans import explain
from snippets.pagination.posts import posts

# --8<-- [start:counts]
EXACT = "SELECT count(*) FROM posts WHERE author = 7"
UP_TO = """
SELECT count(*) FROM (
  SELECT FROM posts WHERE author = 7 LIMIT 101
)"""
ALL = "SELECT count(*) FROM posts"
ALL_ABOUT = """
SELECT reltuples::bigint FROM pg_class
WHERE oid = 'posts'::regclass"""  # -1: never analyzed


async def about(connection: asyncpg.Connection, query: str) -> int:
    """The planner's guess; nothing of the table is read."""
    text = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {query}")
    return int(json.loads(text)[0]["Plan"]["Plan Rows"])


# --8<-- [end:counts]


async def demonstrate(dsn: str) -> None:
    async with posts(dsn) as connection:
        for name, query in (
            ("one author, exact", EXACT),
            ("one author, up to 101", UP_TO),
            ("all, exact", ALL),
            ("all, reltuples", ALL_ABOUT),
        ):
            found = await connection.fetchval(query)
            plan = await explain(connection, query)
            print(f"{name:22} {found:6,} {plan.buffers:4} buffers")
        rows = "SELECT FROM posts WHERE author = 7"
        print(
            f"one author, estimated  {await about(connection, rows):6,}"
        )
        await connection.execute("DELETE FROM posts WHERE author = 7")
        left = await connection.fetchval(EXACT)
        print(
            f"and after all are deleted, exact {left}, estimated",
            await about(connection, rows),
        )


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
