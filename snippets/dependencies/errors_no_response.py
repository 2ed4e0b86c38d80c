"""An application that returns without an answer ends its middleware.

Running it asks for a slow report through a limit that gives up
silently, and through one that answers.
"""

import asyncio
import math

import anyio
from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from snippets.dependencies.asked import ask

LIMIT_S = 0.05


# --8<-- [start:raises]
class Limit:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        with anyio.move_on_after(LIMIT_S):
            await self.app(scope, receive, send)
        # Too late: it returns, and nothing was sent.  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
class LimitAndAnswer(Limit):
    async def __call__(
        self, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["type"] != "http":  # nor a WebSocket, nor the lifespan
            await self.app(scope, receive, send)
            return

        async def begin(message: Message) -> None:
            if limit.cancel_called:
                return  # too late: that is answered below
            limit.deadline = math.inf  # an answer has begun
            await send(message)

        with anyio.move_on_after(LIMIT_S) as limit:
            await self.app(scope, receive, begin)
        if limit.cancel_called:
            late = PlainTextResponse("Too late", 504)
            await late(scope, receive, send)


# --8<-- [end:fix]


async def unchanged(
    request: Request, call_next: RequestResponseEndpoint
) -> Response:
    return await call_next(request)


def create_app(limit: type[Limit]) -> FastAPI:
    app = FastAPI()
    app.add_middleware(limit)
    app.middleware("http")(unchanged)  # a BaseHTTPMiddleware

    @app.get("/report")
    async def read() -> None:
        await asyncio.sleep(10 * LIMIT_S)

    return app


async def answers() -> list[str]:
    limits = (Limit, LimitAndAnswer)
    asked = [ask(create_app(limit), "/report") for limit in limits]
    ended = await asyncio.gather(*asked, return_exceptions=True)
    return [str(answer) for answer in ended]


def main() -> None:
    print("\n".join(asyncio.run(answers())))


if __name__ == "__main__":
    main()
