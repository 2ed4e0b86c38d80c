"""One client, a line in front of it, a deadline, and no silence.

Running it makes 20 calls to a quick service, one to a service that
sends its answer in small pieces, and one to a service that fails.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
from fastapi import FastAPI, HTTPException

from snippets.concurrency.calls import demonstrate
from snippets.concurrency.line import Line

DEADLINE_S = 1.0
CALLS, WAITING = 20, 40
# The line is the limit: nobody waits, or is cut off, in the client.
LIMITS = httpx.Limits(
    max_connections=None, max_keepalive_connections=None
)


# --8<-- [start:app]
def create_app(upstream: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(limits=LIMITS) as client:  # [!]
            app.state.client = client
            yield

    app = FastAPI(lifespan=lifespan)
    line = Line(workers=CALLS, waiting=WAITING)

    @app.get("/quote")
    async def quote() -> str:
        try:
            with line.place() as limiter, anyio.fail_after(DEADLINE_S):
                async with limiter:  # [!]
                    answer = await app.state.client.get(upstream)
            return str(answer.raise_for_status().text)
        except (TimeoutError, httpx.TimeoutException):
            raise HTTPException(504, "no quote in time") from None
        except httpx.HTTPError:  # refused, reset, not 2xx, …
            raise HTTPException(502, "no quote") from None

    return app


# --8<-- [end:app]


def main() -> None:
    demonstrate(create_app)


if __name__ == "__main__":
    main()
