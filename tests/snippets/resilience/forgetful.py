"""A proxy that forgets its connections, as a load balancer does with idle ones."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET


@dataclass
class Proxy:
    """Where it listens, and how many times it has forgotten everything."""

    port: int = 0
    epoch: int = 0

    def forget(self) -> None:
        """From now on, answer what comes on an old connection with a reset."""
        self.epoch += 1


@asynccontextmanager
async def forgetful(host: str, port: int) -> AsyncIterator[Proxy]:
    """A proxy in front of a server, with nothing forgotten yet."""
    proxy = Proxy()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        born = proxy.epoch
        answers, requests = await asyncio.open_connection(host, port)
        down = asyncio.create_task(_pass(answers, writer))
        while data := await reader.read(65536):
            if proxy.epoch != born:
                sock = writer.get_extra_info("socket")
                sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                break
            requests.write(data)
        down.cancel()
        for stream in (requests, writer):
            stream.close()

    async with await asyncio.start_server(serve, "127.0.0.1") as server:
        proxy.port = server.sockets[0].getsockname()[1]
        yield proxy


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()
