"""A first page that begins below the highest key stays fast.

Running it asks for the page after 27,000 posts eight times, prepared
as asyncpg prepares it, and prints the buffers of each.
"""

import asyncio
import json

import asyncpg

from snippets.pagination.posts import posts

# --8<-- [start:page]
PAGE = """
SELECT * FROM posts
WHERE (created_at, id) < (
  coalesce($1::timestamptz, 'infinity'),
  coalesce($2::bigint, 9223372036854775807)
)
ORDER BY created_at DESC, id DESC LIMIT 20
"""
# --8<-- [end:page]


# --8<-- [start:executions]
async def executions(
    connection: asyncpg.Connection, query: str, values: str, count: int
) -> list[int]:
    """The buffers of each execution of the prepared statement."""
    statement = await connection.prepare(query)
    execute = f"EXECUTE {statement.get_name()} ({values})"
    buffers = []
    for _ in range(count):
        text = await connection.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {execute}"
        )
        root = json.loads(text)[0]["Plan"]
        buffers.append(
            root["Shared Hit Blocks"] + root["Shared Read Blocks"]
        )
    return buffers


# --8<-- [end:executions]


async def demonstrate(dsn: str, query: str) -> None:
    async with posts(dsn) as connection:
        values = "'2026-01-01 00:02:30Z', 3001"
        print(*await executions(connection, query, values, 8))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, PAGE))


if __name__ == "__main__":
    main()
