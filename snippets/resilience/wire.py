"""A wire to a server on loopback that loses what it should deliver.

The server hears everything. Its answers are dropped from the one on
that a test chooses, and the client's connection stays open or ends.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import make_url


@dataclass
class Wire:
    """What happens to the answers.

    Attributes:
        hang_up_after: bytes sent by a client; when the server has
            answered them, the connection ends and the answer is lost.
            It happens once.
        silent: whether all answers are dropped, as by a firewall that
            has forgotten the connection.
        dropped: the answers that were lost.
    """

    hang_up_after: bytes | None = None
    silent: bool = False
    dropped: bytes = b""


@asynccontextmanager
async def through(dsn: str, wire: Wire) -> AsyncIterator[str]:
    """The same database, with the wire between."""
    url = make_url(dsn)
    assert url.host

    near_ends = dict[asyncio.StreamWriter, asyncio.Task[None]]()

    async def serve(
        client: asyncio.StreamReader, answers: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        near_ends[answers] = task
        server, requests = await asyncio.open_connection(
            url.host, url.port or 5432
        )
        doomed = asyncio.Event()

        # --8<-- [start:wire]
        async def deliver() -> None:
            while data := await server.read(65536):
                if not wire.silent and not doomed.is_set():
                    answers.write(data)
                    continue
                wire.dropped += data
                if doomed.is_set():
                    return  # which ends the connection

        async def ask() -> None:
            while data := await client.read(65536):
                if wire.hang_up_after and wire.hang_up_after in data:
                    wire.hang_up_after = None
                    doomed.set()
                requests.write(data)

        # --8<-- [end:wire]

        tasks = [asyncio.ensure_future(f()) for f in (deliver, ask)]
        try:
            await asyncio.wait(tasks, return_when="FIRST_COMPLETED")
        finally:
            for task in tasks:
                task.cancel()
            answers.close()
            requests.close()

    listener = await asyncio.start_server(serve, "127.0.0.1")
    port = listener.sockets[0].getsockname()[1]
    here = url.set(host="127.0.0.1", port=port)
    try:
        yield here.render_as_string(hide_password=False)
    finally:
        listener.close()
        await asyncio.sleep(0)  # what was accepted begins
        for end in near_ends:
            end.close()
        await asyncio.gather(*near_ends.values())
