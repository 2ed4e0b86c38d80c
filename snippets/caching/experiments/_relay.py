"""Distance to a server: what is sent through here arrives later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Relay:
    """Where to connect, and how many times clients have spoken."""

    port: int
    spoken: int = 0


@asynccontextmanager
async def relay(
    host: str, port: int, delay_s: float
) -> AsyncIterator[Relay]:
    """To the server and back takes at least twice the delay.

    A loop's timers are a millisecond coarse: measure what it is.
    """
    loop = asyncio.get_running_loop()
    writers: list[asyncio.StreamWriter] = []

    async def pump(
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        request: bool,
    ) -> None:
        while data := await reader.read(1 << 16):
            here.spoken += request
            loop.call_later(delay_s, writer.write, data)
        loop.call_later(delay_s, writer.close)

    async def meet(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        far_reader, far_writer = await asyncio.open_connection(
            host, port
        )
        writers.extend((writer, far_writer))
        await asyncio.gather(
            pump(reader, far_writer, True),
            pump(far_reader, writer, False),
        )

    server = await asyncio.start_server(meet, "127.0.0.1")
    here = Relay(server.sockets[0].getsockname()[1])
    async with server:
        yield here
        await asyncio.sleep(2 * delay_s)  # the last words
        for writer in writers:
            writer.close()
