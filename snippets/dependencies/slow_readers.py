"""Who holds a connection while clients read slowly.

Running it fills a pool of two with clients that read nothing of a large
answer, and prints what the third request is told.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Literal

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
)
from starlette.middleware.base import BaseHTTPMiddleware as Wrapped

from snippets.dependencies.orders import prepared
from snippets.dependencies.served import served
from snippets.dependencies.unit import unit_of_work

Scope = Literal["request", "function"]
SCOPES: tuple[Scope, ...] = ("request", "function")
ASKED = (("/whole", False), ("/whole", True), ("/stream", False))
CONNECTIONS = 2
ANSWER = b"x" * 20_000_000  # more than the buffers of a socket hold


async def pass_on(request: Request, call_next: Any) -> Any:
    return await call_next(request)


# --8<-- [start:app]
def create_app(
    engine: AsyncEngine, scope: Scope, middleware: bool
) -> FastAPI:
    app = FastAPI()
    app.state.sessions = async_sessionmaker(engine)
    work_of = Depends(unit_of_work, scope=scope)
    if middleware:
        app.add_middleware(Wrapped, dispatch=pass_on)

    @app.get("/whole")
    async def whole(work: AsyncSession = work_of) -> Response:
        await work.execute(text("SELECT 1"))
        return Response(ANSWER)

    @app.get("/stream")
    async def stream(work: AsyncSession = work_of) -> StreamingResponse:
        await work.execute(text("SELECT 1"))

        return StreamingResponse(iter((ANSWER, b"end")))

    return app


# --8<-- [end:app]


async def third(
    dsn: str, path: str, scope: Scope, middleware: bool
) -> int:
    async with (
        prepared(dsn, CONNECTIONS, wait_s=0.5) as engine,
        served(create_app(engine, scope, middleware)) as client,
        AsyncExitStack() as answers,
    ):
        for _ in range(CONNECTIONS + 1):
            request = client.stream("GET", path)
            answer = await answers.enter_async_context(request)
        return answer.status_code


def main() -> None:
    import lab

    for path, middleware in ASKED:
        name = f"{path}{', a middleware' if middleware else ''}"
        for scope in SCOPES:
            with lab.postgres() as dsn:
                asked = third(dsn, path, scope, middleware)
                print(f"{name}, {scope}: {asyncio.run(asked)}")


if __name__ == "__main__":
    main()
