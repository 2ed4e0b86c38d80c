"""An outbox: what happened, stored with what happened.

Running it stores an event in a transaction that is slow, another in
one that is quick, and prints what a reader gets.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import asyncpg


class Event(NamedTuple):
    """What a reader gets, and how far it is then."""

    xact: int
    id: int
    body: str


Read = Callable[[asyncpg.Connection, Event], Awaitable[list[Event]]]
START = Event(0, 0, "")

# --8<-- [start:outbox]
TABLE = """
CREATE TABLE outbox (
    xact xid8 DEFAULT pg_current_xact_id(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    body text NOT NULL,
    PRIMARY KEY (xact, id)
)
"""
NEXT = """
SELECT xact, id, body FROM outbox
WHERE (xact, id) > ($1::xid8, $2)
  AND xact < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xact, id LIMIT 100
"""


async def read(
    connection: asyncpg.Connection, last: Event
) -> list[Event]:
    """What came after; nothing that could get a predecessor."""
    rows = await connection.fetch(NEXT, last.xact, last.id)  # [!]
    return [Event(*row) for row in rows]


# --8<-- [end:outbox]


async def overtaken(dsn: str, read: Read) -> list[str]:
    """What a reader gets that reads before and after a commit."""
    slow, quick, reader = [await asyncpg.connect(dsn) for _ in range(3)]
    await reader.execute(TABLE)
    insert = "INSERT INTO outbox (body) VALUES ($1)"
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(insert, "paid")
    await quick.execute(insert, "shipped")
    found = await read(reader, START)
    await transaction.commit()
    found += await read(reader, found[-1] if found else START)
    for connection in (slow, quick, reader):
        await connection.close()
    return [event.body for event in found]


def demonstrate(read: Read) -> None:
    import lab

    with lab.postgres() as dsn:
        print("read:", *asyncio.run(overtaken(dsn, read)))


def main() -> None:
    demonstrate(read)


if __name__ == "__main__":
    main()
