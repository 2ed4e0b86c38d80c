"""A startup handler is ignored as soon as the app has a lifespan.

Running it starts the same app without and with a lifespan, sends
each one request, and prints what comes back.
"""

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import httpx
from fastapi import FastAPI

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


# --8<-- [start:startup]
def create_app(dsn: str, lifespan: Lifespan | None = None) -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.on_event("startup")  # [!]
    async def open_pool() -> None:
        app.state.pool = await asyncpg.create_pool(dsn)

    @app.on_event("shutdown")
    async def close_pool() -> None:
        await app.state.pool.close()

    @app.get("/answer")
    async def answer() -> int:
        number: int = await app.state.pool.fetchval("SELECT 42")
        return number

    return app


@asynccontextmanager
async def warm_up(app: FastAPI) -> AsyncIterator[None]:
    yield  # what a colleague adds next year


# --8<-- [end:startup]


async def first_answer(app: FastAPI) -> str:
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport) as client:
            try:
                return (await client.get("http://app/answer")).text
            except AttributeError as error:
                return f"AttributeError: {error}"


def main() -> None:
    import lab

    # What it says is true and not the point: on_event is deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    with lab.postgres() as dsn:
        for lifespan in (None, warm_up):
            answer = asyncio.run(
                first_answer(create_app(dsn, lifespan))
            )
            title = lifespan.__name__ if lifespan else "none"
            print(f"lifespan {title}: {answer}")


if __name__ == "__main__":
    main()
