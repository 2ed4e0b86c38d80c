"""A server that takes connections and never answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


# --8<-- [start:hole]
@asynccontextmanager
async def black_hole() -> AsyncIterator[
    tuple[int, list[asyncio.StreamWriter]]
]:
    """A port that takes connections and keeps them without a word."""
    taken: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(
        lambda reader, writer: taken.append(writer), "127.0.0.1"
    )
    async with server:
        yield server.sockets[0].getsockname()[1], taken
        for writer in taken:
            writer.close()


# --8<-- [end:hole]


VALUE = "from the database"


async def load(key: str) -> str:
    return VALUE
