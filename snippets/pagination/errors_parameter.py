"""Nothing in the statement says what type the parameter has.

Running it prepares four statements without a type, and the same with
one, and prints what comes of it.
"""

import asyncio

import asyncpg

# --8<-- [start:raises]
RAISES = (
    "SELECT id FROM posts WHERE $1 IS NULL OR author = $1",
    "SELECT concat(title, $1) FROM posts",
    "SELECT jsonb_build_object('note', $1)",
    "SELECT id FROM posts WHERE author = $2",
)
# --8<-- [end:raises]
# --8<-- [start:fix]
FIXED = (
    "SELECT id FROM posts WHERE $1::int IS NULL OR author = $1",
    "SELECT concat(title, $1::text) FROM posts",
    "SELECT jsonb_build_object('note', $1::text)",
    "SELECT id FROM posts WHERE author = $1",
)
# --8<-- [end:fix]
TABLE = "CREATE TABLE posts (id bigint, author int, title text)"


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    for query in (*RAISES, *FIXED):
        try:
            await connection.prepare(query)
            print("prepared")
        except asyncpg.SyntaxOrAccessError as error:
            print(f"{error.sqlstate} {error}")
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
