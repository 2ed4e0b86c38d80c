"""What PgBouncer does with a startup parameter that it cannot track.

It refuses the connection. Everything else is passed on.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import make_url

SSL_REQUEST = (80877103).to_bytes(4, "big")
# --8<-- [start:refused]
# https://www.pgbouncer.org/config.html#ignore_startup_parameters
TRACKED = {
    b"application_name",
    b"client_encoding",
    b"database",
    b"datestyle",
    b"standard_conforming_strings",
    b"timezone",
    b"user",
}


def refused(startup: bytes) -> bytes | None:
    """The first parameter that is not tracked."""
    names = startup[8:].split(b"\0")[0:-2:2]
    unknown = (n for n in names if n.lower() not in TRACKED)
    return next(unknown, None)


# --8<-- [end:refused]


async def message(reader: StreamReader) -> bytes:
    """One without a type byte, as at the start: length and content."""
    length = await reader.readexactly(4)
    size = int.from_bytes(length, "big") - 4
    return length + await reader.readexactly(size)


def error(name: bytes) -> bytes:
    text = b"unsupported startup parameter: " + name
    fields = b"SFATAL\0VFATAL\0C08P01\0M" + text + b"\0\0"
    return b"E" + (len(fields) + 4).to_bytes(4, "big") + fields


async def carry(source: StreamReader, to: StreamWriter) -> None:
    while data := await source.read(65536):
        to.write(data)
    to.close()


@asynccontextmanager
async def pooler(dsn: str) -> AsyncIterator[str]:
    """Another address of the same database."""
    url = make_url(dsn)

    async def serve(client: StreamReader, back: StreamWriter) -> None:
        while (startup := await message(client))[4:] == SSL_REQUEST:
            back.write(b"N")
        if name := refused(startup):
            back.write(error(name))
            back.close()
            return
        answers, server = await asyncio.open_connection(
            url.host, url.port
        )
        server.write(startup)
        await asyncio.gather(
            carry(client, server), carry(answers, back)
        )

    listener = await asyncio.start_server(serve, "127.0.0.1")
    port = listener.sockets[0].getsockname()[1]
    async with listener:
        here = url.set(host="127.0.0.1", port=port)
        yield here.render_as_string(hide_password=False)
