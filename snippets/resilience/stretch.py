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

    async def serve(near: StreamReader, back: StreamWriter) -> None:
        far, there = await asyncio.open_connection(url.host, url.port)
        await asyncio.gather(
            stretch.carry(near, there, asks=True),
            stretch.carry(far, back, asks=False),
        )

    listener = await asyncio.start_server(serve, "127.0.0.1")
    port = listener.sockets[0].getsockname()[1]
    async with listener:
        here = url.set(host="127.0.0.1", port=port)
        stretch.dsn = here.render_as_string(hide_password=False)
        yield stretch
