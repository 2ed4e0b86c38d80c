"""ON CONFLICT needs a unique index on exactly what it names.

Running it sends four upserts that have none and the same with one,
and prints what comes of it.
"""

import asyncio

import asyncpg

TABLE = """
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant int NOT NULL, email text NOT NULL, handle text NOT NULL,
  badge int, deleted_at timestamptz,
  UNIQUE (tenant, handle)
);
CREATE UNIQUE INDEX ON users (lower(email));
CREATE UNIQUE INDEX ON users (badge) WHERE deleted_at IS NULL;
CREATE INDEX ON users (tenant)"""
# --8<-- [start:raises]
INSERT = "INSERT INTO users (tenant, email, handle, badge)"
VALUES = "VALUES (1, 'ada@example.com', 'ada', 7)"
RAISES = (
    "ON CONFLICT (tenant) DO NOTHING",  # not unique
    "ON CONFLICT (handle) DO NOTHING",  # unique with another column
    "ON CONFLICT (email) DO NOTHING",  # unique as lower(email)
    "ON CONFLICT (badge) DO NOTHING",  # unique where not deleted
)
# --8<-- [end:raises]
# --8<-- [start:fix]
UNIQUE_NOW = "CREATE UNIQUE INDEX one_each ON users (tenant)"
FIXED = (
    "ON CONFLICT (tenant) DO NOTHING",  # after the index above
    "ON CONFLICT (handle, tenant) DO NOTHING",  # in any order
    "ON CONFLICT (lower(email)) DO NOTHING",
    "ON CONFLICT (badge) WHERE deleted_at IS NULL DO NOTHING",
)
# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    await connection.execute(f"{INSERT} {VALUES}")
    for conflict in RAISES:
        try:
            await connection.execute(f"{INSERT} {VALUES} {conflict}")
        except asyncpg.InvalidColumnReferenceError as error:
            print(error.sqlstate)
    await connection.execute(UNIQUE_NOW)
    for conflict in FIXED:
        status = await connection.fetch(f"EXPLAIN {INSERT} {VALUES} {conflict}")
        arbiter = next(row[0] for row in status if "Arbiter" in row[0])
        print(arbiter.strip())
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
