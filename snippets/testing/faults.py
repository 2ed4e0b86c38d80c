"""A proxy that ends a connection at the question that a test chooses.

The question is lost, and the server never hears it, or its answer is,
and the server has done what it was asked.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import make_url

Lost = Literal["question", "answer"]
PART = 1 << 16  # what is sent at once arrives at once, on loopback


# --8<-- [start:cut]
@dataclass
class Cut:
    """Where connections end, and how many questions there were."""

    number: int = 0  # of the question: 1 is the next, 0 is none
    lost: Lost = "question"
    asked: int = 0


# --8<-- [end:cut]


@asynccontextmanager
async def through(dsn: str, cut: Cut) -> AsyncIterator[str]:
    """The same database, with a proxy between; gives its address."""
    url = make_url(dsn)
    open_ends = dict[asyncio.StreamWriter, asyncio.Task[None] | None]()

    async def serve(
        client: asyncio.StreamReader, answers: asyncio.StreamWriter
    ) -> None:
        open_ends[answers] = asyncio.current_task()
        server, questions = await asyncio.open_connection(
            url.host, url.port or 5432
        )

        # --8<-- [start:proxy]
        async def ask() -> None:
            while question := await client.read(PART):
                cut.asked += 1
                if (cut.asked, cut.lost) == (cut.number, "question"):
                    return
                questions.write(question)

        async def answer() -> None:
            while found := await server.read(PART):
                if (cut.asked, cut.lost) == (cut.number, "answer"):
                    return
                answers.write(found)

        # --8<-- [end:proxy]

        tasks = [asyncio.create_task(f()) for f in (ask, answer)]
        await asyncio.wait(tasks, return_when="FIRST_COMPLETED")
        for task in tasks:
            task.cancel()
        answers.close()
        questions.close()

    listener = await asyncio.start_server(serve, "127.0.0.1")
    host, port = listener.sockets[0].getsockname()
    there = url.set(host=host, port=port)
    try:
        yield there.render_as_string(hide_password=False)
    finally:
        listener.close()
        await asyncio.sleep(0)  # what was accepted begins
        for end in open_ends:
            end.close()
        await asyncio.gather(*filter(None, open_ends.values()))
