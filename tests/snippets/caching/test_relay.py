"""What the experiments put between a client and a server."""

import asyncio

from snippets.caching.experiments._relay import relay


async def test_each_request_is_counted_and_arrives_unchanged_and_late() -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await asyncio.start_server(echo, "127.0.0.1")
    host, port = server.sockets[0].getsockname()
    async with server, relay(host, port, 0.01) as here:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        for spoken in (1, 2, 3):
            began = loop.time()
            writer.write(b"hello\n")
            assert await reader.readline() == b"hello\n"
            assert loop.time() - began >= 0.02
            assert here.spoken == spoken
        writer.close()
        assert await reader.read() == b""
        await ended.wait()
