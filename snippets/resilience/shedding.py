"""Refuse what you cannot serve in time, before it costs anything.

Running it sends 30 requests at once to an app that serves ten, and
asks for its health meanwhile.
"""

import asyncio
import random
from collections import Counter

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


# --8<-- [start:shedding]
class LoadShedding:
    """At most `limit` requests in service; 503 for the others."""

    def __init__(
        self, app: ASGIApp, limit: int, exempt: set[str]
    ) -> None:
        self._app, self._limit, self._exempt = app, limit, exempt
        self._in_service = 0

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["type"] != "http" or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
        elif self._in_service >= self._limit:
            after_s = random.randint(1, 5)  # [!]
            refusal = JSONResponse(
                {"detail": "too many requests in service"},
                503,
                {"Retry-After": str(after_s)},
            )
            await refusal(scope, receive, send)
        else:
            self._in_service += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._in_service -= 1


# --8<-- [end:shedding]


def create_app(answer: asyncio.Event) -> FastAPI:
    app = FastAPI()
    app.add_middleware(LoadShedding, limit=10, exempt={"/health"})

    @app.get("/report")
    async def report() -> None:
        await answer.wait()

    @app.get("/health")
    async def health() -> None: ...

    return app


async def demonstrate() -> None:
    answer = asyncio.Event()
    transport = httpx.ASGITransport(create_app(answer))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://app"
    ) as client:
        calls = [
            asyncio.ensure_future(client.get("/report"))
            for _ in range(30)
        ]
        refused = [await call for call in calls[10:]]
        health = await client.get("/health")
        answer.set()
        served = [await call for call in calls[:10]]
    seen = Counter(call.status_code for call in served + refused)
    for status, requests in seen.items():
        print(f"{status}: {requests} requests")
    print("health meanwhile:", health.status_code)


def main() -> None:
    asyncio.run(demonstrate())


if __name__ == "__main__":
    main()
