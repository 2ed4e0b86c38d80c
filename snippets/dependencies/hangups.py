"""A client that hangs up in the middle of a stream.

Running it streams rows that are stored one by one, ends the connection
after the second, and prints how many are stored.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
)

from snippets.dependencies.naive_unit import get_session
from snippets.dependencies.orders import Order, prepared, stored
from snippets.dependencies.served import served

ROWS = 20
READ = 2  # of them, then the client hangs up
SESSION = Depends(get_session)


def create_app(engine: AsyncEngine) -> FastAPI:
    app = FastAPI()
    app.state.sessions = async_sessionmaker(engine)

    # --8<-- [start:stream]
    @app.post("/one-session")
    async def one_session(
        session: AsyncSession = SESSION,
    ) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for number in range(ROWS):
                session.add(Order(f"A-{number}"))
                await session.flush()
                yield f"A-{number}\n"
                await asyncio.sleep(0.05)

        return StreamingResponse(lines())

    @app.post("/all-or-nothing")
    async def all_or_nothing(request: Request) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            async with request.app.state.sessions.begin() as session:
                for number in range(ROWS):
                    session.add(Order(f"A-{number}"))
                    await session.flush()
                    yield f"A-{number}\n"
                    await asyncio.sleep(0.05)
            yield "stored\n"  # the lines before it left too early

        return StreamingResponse(lines())

    # --8<-- [end:stream]
    return app


async def hang_up(dsn: str, path: str, read: int = READ) -> int:
    async with prepared(dsn) as engine:
        async with (
            served(create_app(engine)) as client,
            client.stream("POST", path) as answer,
        ):
            lines = answer.aiter_lines()
            async for _ in lines:
                read -= 1
                if not read:
                    break
        async with engine.connect() as connection:
            return await stored(connection)


def main() -> None:
    import lab

    for path in ("/one-session", "/all-or-nothing"):
        with lab.postgres() as dsn:
            tell(path, asyncio.run(hang_up(dsn, path)))


def tell(path: str, rows: int) -> None:
    print(f"{path}: {'part is' if rows else 'nothing is'} stored")


if __name__ == "__main__":
    main()
