"""One message delivered twice, also at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import asyncpg


# --8<-- [start:payment]
class Payment(NamedTuple):
    """A message; its id is the producer's, and the same each time."""

    message_id: str
    account: str
    amount: int


Consume = Callable[[asyncpg.Connection, Payment], Awaitable[None]]

TABLES = """
CREATE TABLE accounts (name text PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE consumed (message_id text PRIMARY KEY);
INSERT INTO accounts VALUES ('A-1', 0);
"""
# --8<-- [end:payment]
PAYMENT = Payment("m-1", "A-1", 100)


# --8<-- [start:balance]
async def balance(dsn: str, consume: Consume, deliveries: int) -> int:
    """The balance after one payment is delivered so many times."""
    connections = [
        await asyncpg.connect(dsn) for _ in range(deliveries)
    ]
    await connections[0].execute(TABLES)
    await asyncio.gather(
        *(consume(connection, PAYMENT) for connection in connections)
    )
    paid = await connections[0].fetchval("SELECT balance FROM accounts")
    for connection in connections:
        await connection.close()
    return int(paid)


# --8<-- [end:balance]


def demonstrate(consume: Consume) -> None:
    import lab

    with lab.postgres() as dsn:
        paid = asyncio.run(balance(dsn, consume, deliveries=3))
    print(f"one payment of 100, delivered 3 times: {paid}")
