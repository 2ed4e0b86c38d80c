"""A connection that listens, and one that notifies."""

import asyncio

import asyncpg

MARK = "mark"


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

    async def until_the_mark(self) -> list[str]:
        """What was heard before: order is kept, so no time decides."""
        await self.notify(MARK)
        found = []
        while (payload := await self.heard.get()) != MARK:
            found.append(payload)
        return found
