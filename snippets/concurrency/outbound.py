"""One client for the app, and one deadline for the whole call.

Running it makes 20 calls to a quick service and one to a service
that sends its answer in small pieces.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, HTTPException

from snippets.concurrency.upstream import demonstrate

# --8<-- [start:app]
DEADLINE_S = 1.0
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=20)


def create_app(upstream: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(limits=LIMITS) as client:  # [!]
            app.state.client = client
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/quote")
    async def quote() -> str:
        try:
            async with asyncio.timeout(DEADLINE_S):  # [!]
                answer = await app.state.client.get(upstream)
        except (TimeoutError, httpx.TimeoutException):
            raise HTTPException(504, "no quote in time") from None
        return str(answer.text)

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
