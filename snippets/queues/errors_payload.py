"""A notification carries less than 8000 bytes: send the key of a row.

Running it notifies with an order of 10,000 characters, and then with
the number of its row.
"""

import asyncio

import asyncpg

TABLE = """
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body text NOT NULL
)
"""
INSERT = "INSERT INTO orders (body) VALUES ($1) RETURNING id"


# --8<-- [start:raises]
async def place(connection: asyncpg.Connection, body: str) -> None:
    await connection.execute(
        "SELECT pg_notify('orders', $1)",
        body,  # [!]
    )


# --8<-- [end:raises]


# --8<-- [start:fix]
async def place_by_id(
    connection: asyncpg.Connection, body: str
) -> None:
    async with connection.transaction():  # both, or neither
        order = await connection.fetchval(INSERT, body)
        await connection.execute(
            "SELECT pg_notify('orders', $1)", str(order)
        )


async def read(
    connection: asyncpg.Connection, payload: str
) -> str | None:  # None: somebody has deleted it since
    found = "SELECT body FROM orders WHERE id = $1"
    body: str | None = await connection.fetchval(found, int(payload))
    return body


# --8<-- [end:fix]


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    listener = await asyncpg.connect(dsn)
    heard: asyncio.Queue[str] = asyncio.Queue()

    def notified(*of: object) -> None:
        heard.put_nowait(str(of[3]))

    await listener.add_listener("orders", notified)
    await connection.execute(TABLE)
    for work in (place, place_by_id):
        try:
            await work(connection, 10_000 * "x")
            payload = await heard.get()
            body = await read(connection, payload) or ""
            print(f"{work.__name__}: {payload}, {len(body)} bytes")
        except asyncpg.InvalidParameterValueError as error:
            print(f"{work.__name__}: {error}")
    await listener.close()
    await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
