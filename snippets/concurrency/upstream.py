"""A service that others call: quick, or slow in small pieces."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass

BODY = b"a quote in pieces"
PIECE_S = 0.1  # between two bytes of the slow answer
HEAD = b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n"


@dataclass
class Upstream:
    """Its address, and the connections it accepted."""

    url: str = ""
    connections: int = 0
    slow: bool = False
    status: bytes = b"200 OK"


# --8<-- [start:serve]
async def serve(
    upstream: Upstream,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    with closing(writer), suppress(asyncio.IncompleteReadError):
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(HEAD % (upstream.status, len(BODY)))
            for byte in BODY:
                if writer.is_closing():  # the caller has hung up
                    return
                writer.write(bytes([byte]))
                if upstream.slow:
                    await asyncio.sleep(PIECE_S)


# --8<-- [end:serve]


@asynccontextmanager
async def listening() -> AsyncIterator[Upstream]:
    upstream = Upstream()
    serving: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []

    def connected(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        upstream.connections += 1
        talk = serve(upstream, reader, writer)
        serving.append(asyncio.create_task(talk))
        writers.append(writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    upstream.url = f"http://127.0.0.1:{port}/"
    async with server:
        yield upstream
        for _ in range(4):  # the turns in which one is accepted
            await asyncio.sleep(0)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        for writer in writers:  # a task may not have begun
            writer.close()
        await asyncio.sleep(0)  # for their sockets to close
