"""A server that refuses, without being full, old or a replica.

Running it lets a trigger raise some of the errors that production
raises, and a sort meet a limit of temporary files.
"""

import asyncio

import asyncpg

SCHEMA = "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY)"
INSERT = "INSERT INTO orders DEFAULT VALUES"
SQLSTATES = ("53100", "40001", "40P01", "25006", "57P03")
# It sorts more than it may keep in memory, and so in files.
SORT = "SELECT FROM generate_series(1, 10000) ORDER BY random()"


# --8<-- [start:refuse]
async def refuse(
    connection: asyncpg.Connection, table: str, sqlstate: str
) -> None:
    """From now on each INSERT into the table raises this."""
    await connection.execute(f"""
        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            RAISE 'on purpose' USING ERRCODE = TG_ARGV[0];
        END $$;
        CREATE OR REPLACE TRIGGER refused BEFORE INSERT ON {table}
            EXECUTE FUNCTION refuse('{sqlstate}')
    """)


# --8<-- [end:refuse]


# --8<-- [start:limit]
async def without_room(connection: asyncpg.Connection) -> None:
    """Its sorts have no room on the disk; a superuser may say so."""
    await connection.execute("SET work_mem = '64kB'")
    await connection.execute("SET temp_file_limit = '64kB'")


# --8<-- [end:limit]


async def said(connection: asyncpg.Connection, query: str) -> str:
    asked = connection.execute(query)
    found = (await asyncio.gather(asked, return_exceptions=True))[0]
    if isinstance(found, asyncpg.PostgresError):
        return f"{found.sqlstate} {type(found).__name__}: {found}"
    return str(found)


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA)
    lines = [await said(connection, SORT)]
    await without_room(connection)
    lines += [await said(connection, SORT)]
    for sqlstate in SQLSTATES:
        await refuse(connection, "orders", sqlstate)
        lines += [await said(connection, INSERT)]
    print(*lines, sep="\n")
    connection.terminate()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
