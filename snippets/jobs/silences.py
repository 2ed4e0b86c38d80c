"""Six ways in which NOTIFY says nothing.

Running it notifies in each of them, and prints what the listener got.
"""

import asyncio
import warnings
from collections.abc import Awaitable, Callable

import asyncpg

MARK = "mark"


class Listener:
    """A connection that listens, and one that notifies."""

    async def connect(self, dsn: str) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.here = await asyncpg.connect(dsn)
        self.there = await asyncpg.connect(dsn)

    async def close(self) -> None:
        await self.here.close()
        await self.there.close()

    def hear(self, *notification: object) -> None:
        self.heard.put_nowait(str(notification[-1]))

    async def listen(self) -> None:
        await self.here.add_listener("jobs", self.hear)

    async def notify(self, payload: str) -> None:
        await self.there.execute("SELECT pg_notify('jobs', $1)", payload)

    async def until_the_mark(self) -> list[str]:
        """What was heard before: order is kept, so no time decides."""
        await self.notify(MARK)
        found = []
        while (payload := await self.heard.get()) != MARK:
            found.append(payload)
        return found


# --8<-- [start:silences]
async def before_listening(at: Listener) -> None:
    await at.notify("early")
    await at.listen()


async def twice_in_one_transaction(at: Listener) -> None:
    await at.listen()
    async with at.there.transaction():
        await at.notify("same")
        await at.notify("same")


async def rolled_back(at: Listener) -> None:
    await at.listen()
    transaction = at.there.transaction()
    await transaction.start()
    await at.notify("undone")
    await transaction.rollback()


async def too_long(at: Listener) -> None:
    await at.listen()
    try:
        await at.notify("x" * 8000)
    except asyncpg.InvalidParameterValueError as error:
        at.hear(str(error))


async def given_back(at: Listener) -> None:
    await at.listen()
    with warnings.catch_warnings(action="ignore"):
        await at.here.reset()  # [!]  what a pool does on release
    await at.notify("unheard")
    await at.listen()


# --8<-- [end:silences]


async def in_a_transaction(at: Listener) -> list[str]:
    """What a listener hears while it is in a transaction."""
    await at.listen()
    async with at.here.transaction():
        await at.notify("withheld")
        await at.here.execute("SELECT 1")
        heard = [] if at.heard.empty() else [at.heard.get_nowait()]
    return heard
