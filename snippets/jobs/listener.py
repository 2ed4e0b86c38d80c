"""A connection that listens, and one that notifies."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterable

import asyncpg

MARK = "mark"


# --8<-- [start:listener]
class Listener:
    """What is heard of the channel `jobs`."""

    async def connect(self, dsn: str) -> None:
        self.dsn = dsn
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
        await self.there.execute(
            "SELECT pg_notify('jobs', $1)", payload
        )

    # --8<-- [end:listener]
    # --8<-- [start:mark]
    async def until_the_mark(self) -> list[str]:
        """What was heard before: order is kept, so no time decides."""
        await self.notify(MARK)
        found = []
        while (payload := await self.heard.get()) != MARK:
            found.append(payload)
        return found


# --8<-- [end:mark]


# --8<-- [start:heard]
async def heard(
    dsn: str, ways: Iterable[Callable[[Listener], Awaitable[None]]]
) -> list[str]:
    lines = []
    for way in ways:
        at = Listener()
        await at.connect(dsn)
        with warnings.catch_warnings(action="ignore"):
            await way(at)
        found = await at.until_the_mark()
        await at.close()
        name = way.__name__.replace("_", " ")
        lines.append(f"{name}: {' '.join(found) or 'nothing'}")
    return lines


# --8<-- [end:heard]
