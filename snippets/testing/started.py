"""A transport with what a server does before the first request.

Running it asks for what the lifespan has yielded.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send


# --8<-- [start:started]
@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app, whose lifespan lasts meanwhile."""
    async with app.router.lifespan_context(app) as state:

        async def served(
            scope: Scope, receive: Receive, send: Send
        ) -> None:
            scope["state"] = dict(state or {})  # [!]
            await app(scope, receive, send)

        transport = httpx.ASGITransport(
            app=served, raise_app_exceptions=False
        )
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test"
        ) as client:
            yield client


# --8<-- [end:started]


async def main() -> None:
    from snippets.testing.questions import app
    from snippets.testing.transport import told

    async with started(app) as client:
        for path in ("/pool", "/fails", "/late"):
            print(f"{path}: {await told(client, path)}")


if __name__ == "__main__":
    asyncio.run(main())
