"""One statement for the first page and the next turns slow.

Running it asks for the page after 27,000 posts eight times, prepared
as asyncpg prepares it, and prints the buffers of each.
"""

import asyncio

from snippets.pagination.optional import demonstrate

# --8<-- [start:page]
PAGE = """
SELECT * FROM posts
WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2)
ORDER BY created_at DESC, id DESC LIMIT 20
"""
# --8<-- [end:page]


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn, PAGE))


if __name__ == "__main__":
    main()
