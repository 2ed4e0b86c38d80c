"""Requests over connections that are kept, as the loads send them.

httpx needs so much of a processor that its own queue would be measured.
"""

import asyncio
from urllib.parse import urlsplit

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connections:
    """As many as are needed at once, each for one request at a time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname, parts.port
        self._request = (
            f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
        )
        self._idle = list[Connection]()

    async def get(self) -> None:
        """Ask once, and read the whole answer.

        Raises:
            RuntimeError: the status is not 200.
        """
        reader, writer = (
            self._idle.pop()
            if self._idle
            else await asyncio.open_connection(*self._address)
        )
        writer.write(self._request)
        head = await reader.readuntil(b"\r\n\r\n")
        status, *headers = head.decode().splitlines()
        if " 200 " not in status:
            writer.close()
            raise RuntimeError(status)
        (length,) = (
            int(line.partition(":")[2])
            for line in headers
            if line.lower().startswith("content-length:")
        )
        await reader.readexactly(length)
        self._idle.append((reader, writer))

    async def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
            await writer.wait_closed()
