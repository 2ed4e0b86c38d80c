"""A proxy that puts distance before a server and counts round trips."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import make_url


# --8<-- [start:stretch]
@dataclass
class Stretch:
    """A round trip: the client sends, after an answer or first."""

    dsn: str = ""
    round_trip_s: float = 0.0
    trips: int = 0
    answered: bool = True

    async def carry(
        self, source: StreamReader, to: StreamWriter, *, asks: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        while data := await source.read(65536):
            self.trips += asks and self.answered
            self.answered = not asks
            loop.call_later(self.round_trip_s / 2, to.write, data)
        loop.call_later(self.round_trip_s / 2, to.close)


# --8<-- [end:stretch]


@asynccontextmanager
async def stretched(dsn: str) -> AsyncIterator[Stretch]:
    """The same database, further away; for one connection at a time."""
    url, stretch = make_url(dsn), Stretch()

    connections: list[asyncio.Task[None]] = []

    async def serve(near: StreamReader, back: StreamWriter) -> None:
        far, there = await asyncio.open_connection(url.host, url.port)
        async with asyncio.TaskGroup() as both:
            both.create_task(stretch.carry(near, there, asks=True))
            both.create_task(stretch.carry(far, back, asks=False))
        await asyncio.gather(there.wait_closed(), back.wait_closed())

    def accept(near: StreamReader, back: StreamWriter) -> None:
        connections.append(asyncio.create_task(serve(near, back)))

    listener = await asyncio.start_server(accept, "127.0.0.1")
    port = listener.sockets[0].getsockname()[1]
    here = url.set(host="127.0.0.1", port=port)
    stretch.dsn = here.render_as_string(hide_password=False)
    async with listener:
        yield stretch
        await asyncio.gather(*connections)
