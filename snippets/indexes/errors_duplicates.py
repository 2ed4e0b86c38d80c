"""A unique index needs rows that are unique already.

Running it creates one on addresses that occur twice, removes all but
the oldest of each, and creates it again.
"""

import asyncio

import asyncpg

from snippets.indexes.plans import quiet

TABLE = """
CREATE TABLE users (id int PRIMARY KEY, email text);
INSERT INTO users VALUES
    (1, 'ada@example.com'), (2, 'bob@example.com'),
    (3, 'ada@example.com'), (4, 'Bob@example.com'), (5, NULL), (6, NULL)
"""
# --8<-- [start:raises]
CREATE = "CREATE UNIQUE INDEX users_email ON users (lower(email))"
# --8<-- [end:raises]
# --8<-- [start:fix]
DUPLICATES = """
SELECT lower(email) AS email, array_agg(id ORDER BY id) AS ids
FROM users GROUP BY lower(email)
HAVING count(*) > 1 AND lower(email) IS NOT NULL ORDER BY email
"""
REMOVE = """
DELETE FROM users AS later USING users AS first
WHERE lower(later.email) = lower(first.email)
  AND later.id > first.id
"""
# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    async with quiet(dsn, TABLE) as connection:
        try:
            await connection.execute(CREATE)
        except asyncpg.UniqueViolationError as error:
            print(error.message, error.detail, sep="\n")
        for row in await connection.fetch(DUPLICATES):
            print(row["email"], row["ids"])
        print(await connection.execute(REMOVE))
        print(await connection.execute(CREATE))


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
