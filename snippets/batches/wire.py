"""A round trip: the client has asked, and waits for the answer.

Running it sends a query twice and prints the round trips of each.
"""

import asyncio
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg

LEFT = IncompleteReadError, ConnectionError
# --8<-- [start:wire]
WAITS_AFTER = {b"Q", b"S", b"H", b"c"}  # Query Sync Flush CopyDone


@dataclass
class Wire:
    dsn: str
    trips: int = 0

    async def forward(
        self, client: StreamReader, server: StreamWriter
    ) -> None:
        while True:  # a message is its type, its length, its content
            kind = await client.readexactly(1)
            self.trips += kind in WAITS_AFTER
            server.write(kind + await untyped(client))


# --8<-- [end:wire]
async def untyped(client: StreamReader) -> bytes:
    length = await client.readexactly(4)
    return length + await client.readexactly(int.from_bytes(length) - 4)


@asynccontextmanager
async def wire(dsn: str) -> AsyncIterator[Wire]:
    """Another address of the database, where round trips count."""
    url = urlsplit(dsn)
    database = url.hostname, url.port
    served: list[asyncio.Task[None]] = []

    async def serve(client: StreamReader, back: StreamWriter) -> None:
        async def answer() -> None:
            with closing(back), suppress(*LEFT):
                while data := await answers.read(1 << 16):
                    back.write(data)

        answers, server = await asyncio.open_connection(*database)
        answering = asyncio.create_task(answer())
        with closing(server), closing(back), suppress(*LEFT):
            while len(start := await untyped(client)) == 8:  # wants SSL
                server.write(start)
            server.write(start)
            await counted.forward(client, server)
        await answering

    def connected(client: StreamReader, back: StreamWriter) -> None:
        served.append(asyncio.create_task(serve(client, back)))

    proxy = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    counted = Wire(dsn.replace(f":{url.port}/", f":{port}/"))
    async with proxy:
        yield counted
        await asyncio.gather(*served)
        await asyncio.sleep(0)  # for the sockets to close


async def demonstrate(dsn: str) -> None:
    async with wire(dsn) as counted:
        connection = await asyncpg.connect(counted.dsn)
        for time in ("first", "second"):
            counted.trips = 0
            await connection.fetchval("SELECT $1::int", 42)
            print(f"{time} time, round trips: {counted.trips}")
        await connection.close()


def main() -> None:
    import lab

    with lab.postgres() as dsn:
        asyncio.run(demonstrate(dsn))


if __name__ == "__main__":
    main()
