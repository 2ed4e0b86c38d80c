"""ON CONFLICT needs a unique index on exactly what it names.

Running it sends five upserts that have none and five that have one,
and prints the error of the first and the indexes of the others.
"""

import asyncio

import asyncpg

TABLE = """
CREATE TABLE users (
  tenant int NOT NULL, handle text NOT NULL,
  phone text, email text, badge int UNIQUE, key int UNIQUE,
  seat int, deleted_at timestamptz,
  UNIQUE (tenant, handle)
);
CREATE UNIQUE INDEX by_email ON users (lower(email));
CREATE UNIQUE INDEX by_seat ON users (seat) WHERE deleted_at IS NULL;
CREATE INDEX by_phone ON users (phone)"""
INSERT = """
INSERT INTO users (tenant, handle, phone, email, badge, key, seat)
VALUES (1, 'ada', '555', 'ada@example.com', 7, 8, 9) """
# --8<-- [start:raises]
RAISES = (
    "ON CONFLICT (phone) DO NOTHING",  # an index, not unique
    "ON CONFLICT (handle) DO NOTHING",  # unique with another column
    "ON CONFLICT (badge, key) DO NOTHING",  # each unique by itself
    "ON CONFLICT (email) DO NOTHING",  # unique as lower(email)
    "ON CONFLICT (seat) DO NOTHING",  # unique where not deleted
)
# --8<-- [end:raises]
# --8<-- [start:fix]
UNIQUE_NOW = "CREATE UNIQUE INDEX one_phone ON users (phone)"
FIXED = (
    "ON CONFLICT (phone) DO NOTHING",  # after the index above
    "ON CONFLICT (handle, tenant) DO NOTHING",
    "ON CONFLICT (badge) DO NOTHING",
    "ON CONFLICT (lower(email)) DO NOTHING",
    "ON CONFLICT (seat) WHERE deleted_at IS NULL DO NOTHING",
)
# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    for conflict in RAISES:
        try:
            await connection.execute(INSERT + conflict)
        except asyncpg.InvalidColumnReferenceError as error:
            print(error)
    await connection.execute(UNIQUE_NOW)
    for conflict in FIXED:
        plan = await connection.fetch(f"EXPLAIN {INSERT} {conflict}")
        (arbiter,) = (row[0] for row in plan if "Arbiter" in row[0])
        print(arbiter.strip())
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
