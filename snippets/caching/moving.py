"""A name of a primary that moves: new connections go where it points.

Connections that are open stay where they are, as with DNS.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


@dataclass
class Name:
    """`port`: of the server that is the primary now."""

    port: int
    url: str = ""


async def pump(reader: Reader, writer: Writer) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


# --8<-- [start:name]
@asynccontextmanager
async def moving(port: int) -> AsyncIterator[Name]:
    name = Name(port)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(client: Reader, answers: Writer) -> None:
        server, requests = await asyncio.open_connection(
            "127.0.0.1", name.port
        )
        for ends in ((client, requests), (server, answers)):
            tasks.add(asyncio.create_task(pump(*ends)))

    listener = await asyncio.start_server(serve, "127.0.0.1")
    here = listener.sockets[0].getsockname()[1]
    name.url = f"redis://127.0.0.1:{here}/0"
    try:
        yield name
    finally:
        listener.close()
        await asyncio.gather(*tasks)


# --8<-- [end:name]
