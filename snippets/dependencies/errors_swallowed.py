"""A dependency that ends an exception leaves nothing to be answered.

Running it asks for an order that is not there, with a dependency that
swallows the 404 in both scopes, and with one that does not.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import httpx
from fastapi import Depends, FastAPI, HTTPException
from fastapi.exceptions import FastAPIError
from sqlalchemy.ext.asyncio import AsyncSession


# --8<-- [start:raises]
async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession() as session:
        try:
            yield session
        except Exception:
            await session.rollback()  # and that is all  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
async def get_session_and_raise() -> AsyncIterator[AsyncSession]:
    async with AsyncSession() as session:
        try:
            yield session
        except BaseException:
            await session.rollback()
            raise


# --8<-- [end:fix]


# --8<-- [start:app]
def create_app(dependency: Any) -> FastAPI:
    app = FastAPI()
    early = Depends(dependency, scope="function")

    @app.get("/request")
    async def read(
        session: Annotated[AsyncSession, Depends(dependency)],
    ) -> None:
        raise HTTPException(404, "There is no such order")

    @app.get("/function")
    async def read_early(
        session: Annotated[AsyncSession, early],
    ) -> None:
        raise HTTPException(404, "There is no such order")

    return app


# --8<-- [end:app]


async def ask(app: FastAPI, path: str) -> str:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        try:
            answer = await client.get(path)
        except (FastAPIError, UnboundLocalError) as error:
            return f"{type(error).__name__}: {error}"
    return f"{answer.status_code} {answer.text}"


def main() -> None:
    dependencies: list[Callable[[], AsyncIterator[AsyncSession]]]
    dependencies = [get_session, get_session_and_raise]
    for dependency in dependencies:
        for path in ("/request", "/function"):
            said = asyncio.run(ask(create_app(dependency), path))
            print(f"{path}: {said}"[:72])


if __name__ == "__main__":
    main()
