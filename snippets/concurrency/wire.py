"""A wire to PostgreSQL that counts round trips and adds distance."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import make_url

CHUNK_BYTES = 65_536


# --8<-- [start:wire]
@dataclass
class Wire:
    """Its near end, its length in time, and requests it carried."""

    dsn: str = ""
    round_trip_s: float = 0.0
    trips: int = 0

    async def carry(
        self,
        source: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        trips: int,
    ) -> None:
        loop = asyncio.get_running_loop()
        while data := await source.read(CHUNK_BYTES):
            self.trips += trips
            loop.call_later(self.round_trip_s / 2, to.write, data)
        await asyncio.sleep(
            self.round_trip_s / 2
        )  # for what is under way
        to.close()


# --8<-- [end:wire]


@asynccontextmanager
async def stretched(dsn: str) -> AsyncIterator[Wire]:
    """A wire to the server of this address."""
    url, wire = make_url(dsn), Wire()
    carried: list[asyncio.Task[None]] = []

    async def connect(
        near: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> None:
        far, there = await asyncio.open_connection(url.host, url.port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(wire.carry(near, there, trips=1))
                both.create_task(wire.carry(far, back, trips=0))
        except* ConnectionError:
            pass  # one end was reset
        finally:
            await closed(there, back)

    def connected(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        carried.append(asyncio.create_task(connect(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    near_end = url.set(host="127.0.0.1", port=port)
    wire.dsn = near_end.render_as_string(hide_password=False)
    async with server:
        yield wire
        await asyncio.gather(*carried)


async def closed(*writers: asyncio.StreamWriter) -> None:
    """Close them, and return when their sockets are closed."""
    for writer in writers:
        writer.close()
    ends = [writer.wait_closed() for writer in writers]
    await asyncio.gather(*ends, return_exceptions=True)
