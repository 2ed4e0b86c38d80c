"""Calls to a service that is quick, then slow, then fails."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import httpx
from fastapi import FastAPI

from snippets.concurrency.upstream import listening

CreateApp = Callable[[str], FastAPI]
CALLS = 20
REPORT = """{} calls, connections: {}
an upstream that answers in pieces: {}
an upstream that fails: {}"""


class Calls(NamedTuple):
    """Connections for all quick calls, and what two others say."""

    connections: int
    in_pieces: int
    failing: int


# --8<-- [start:call]
async def call(create_app: CreateApp) -> Calls:
    async with listening() as upstream:
        app = create_app(upstream.url)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport) as client,
        ):
            url = "http://app/quote"
            for _ in range(CALLS):
                (await client.get(url)).raise_for_status()
            connections = upstream.connections
            upstream.slow = True
            in_pieces = (await client.get(url)).status_code
            upstream.slow = False
            upstream.status = b"500 Internal Server Error"
            failing = (await client.get(url)).status_code
    return Calls(connections, in_pieces, failing)


# --8<-- [end:call]


def demonstrate(create_app: CreateApp) -> None:
    print(REPORT.format(CALLS, *asyncio.run(call(create_app))))
