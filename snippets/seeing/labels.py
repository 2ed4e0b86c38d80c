"""A counter of requests, with the route as a label.

Running it asks for two hundred orders and as many unknown paths, and
prints how many series a scrape reads, and how many bytes.
"""

import asyncio

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter
from starlette.types import ASGIApp, Receive, Scope, Send

from snippets.seeing.routes import route_of
from snippets.seeing.scraped import scraped


# --8<-- [start:counted]
class Counted:
    def __init__(self, app: ASGIApp, requests: Counter) -> None:
        self.app, self.requests = app, requests

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "http":
                path = route_of(scope)  # [!]
                self.requests.labels(path).inc()


# --8<-- [end:counted]


# --8<-- [start:app]
def create_app(registry: CollectorRegistry) -> FastAPI:
    requests = Counter("requests", "", ["route"], registry=registry)
    app = FastAPI()
    app.add_middleware(Counted, requests=requests)

    @app.get("/orders/{number}")
    async def order(number: int) -> int:
        return number

    return app


# --8<-- [end:app]


def main() -> None:
    print(asyncio.run(scraped(create_app)))


if __name__ == "__main__":
    main()
