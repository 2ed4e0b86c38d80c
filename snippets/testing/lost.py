"""An order whose questions are lost one after another, then answers.

Running it prints, for each, what the caller is told, and what is stored
then.
"""

import asyncio
from contextlib import AsyncExitStack
from itertools import count
from typing import get_args

import asyncpg

from snippets.testing.faults import Cut, Lost, through

SCHEMA = """
    CREATE TABLE stock (pieces int);
    CREATE TABLE orders (pieces int);
    INSERT INTO stock VALUES (100);
"""
# The second is what a transaction says when it finds itself cut off.
LOST = asyncpg.PostgresConnectionError, asyncpg.InterfaceError
STORED = "SELECT count(*) FROM orders"
SUM = """
    SELECT (SELECT sum(pieces) FROM stock)
        + (SELECT coalesce(sum(pieces), 0) FROM orders)
"""


async def place(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        await connection.execute("UPDATE stock SET pieces = pieces - 1")
        await connection.execute("INSERT INTO orders VALUES (1)")


# --8<-- [start:lost]
async def lose_each(dsn: str, lost: Lost) -> list[str]:
    """What becomes of an order that loses one, for each it has."""
    cut, found = Cut(lost=lost), list[str]()
    async with through(dsn, cut) as address, AsyncExitStack() as opened:
        watching = await asyncpg.connect(dsn)
        opened.callback(watching.terminate)
        for number in count(1):
            connection = await asyncpg.connect(address)
            opened.callback(connection.terminate)
            before = await watching.fetchval(STORED)
            cut.asked, cut.number = 0, number
            try:
                await place(connection)
            except LOST as error:
                told = f"{lost} {number}: {type(error).__name__}"
                stored = await watching.fetchval(STORED) - before
                found.append(f"{told}, {stored} stored")
            cut.number = 0
            assert await watching.fetchval(SUM) == 100  # [!]
            if cut.asked < number:
                break  # there are no more
    return found


# --8<-- [end:lost]


async def demonstrate(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(SCHEMA)
    await connection.close()
    for lost in get_args(Lost):
        print(*await lose_each(dsn, lost), sep="\n")


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
