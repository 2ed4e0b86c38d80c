"""A reader that asks for ids above the last one that it has seen.

Running it stores an event in a transaction that is slow, another in
one that is quick, and prints what the reader gets.
"""

import asyncpg

from snippets.jobs.outbox import Event, demonstrate

# --8<-- [start:read]
NEXT = """
SELECT xact, id, body FROM outbox
WHERE id > $1 ORDER BY id LIMIT 100
"""


async def read(
    connection: asyncpg.Connection, last: Event
) -> list[Event]:
    rows = await connection.fetch(NEXT, last.id)  # [!]
    return [Event(*row) for row in rows]


# --8<-- [end:read]


def main() -> None:
    demonstrate(read)


if __name__ == "__main__":
    main()
