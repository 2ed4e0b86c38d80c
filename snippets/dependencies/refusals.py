"""Endpoints that write, and then refuse."""

from collections.abc import AsyncIterator
from typing import Any, cast

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.dependencies.orders import Order, Placed


async def check_late() -> AsyncIterator[None]:
    yield
    raise HTTPException(409, "too late")


# --8<-- [start:refusals]
def add_refusals(app: FastAPI, session_of: Any, late: Any) -> None:
    @app.post("/returns-a-409", status_code=201)
    async def returns(
        session: AsyncSession = session_of,
    ) -> JSONResponse:
        session.add(Order("A-1"))
        return JSONResponse({"detail": "taken"}, status_code=409)

    @app.post("/raises-a-409", status_code=201)
    async def raises(session: AsyncSession = session_of) -> None:
        session.add(Order("A-1"))
        raise HTTPException(409, "taken")

    @app.post("/answer-is-invalid", status_code=201)
    async def is_invalid(session: AsyncSession = session_of) -> Placed:
        session.add(Order("A-1"))
        return cast("Placed", {"number": None})

    @app.post(
        "/409-after-the-yield", status_code=201, dependencies=[late]
    )
    async def after_the_yield(
        session: AsyncSession = session_of,
    ) -> None:
        session.add(Order("A-1"))


# --8<-- [end:refusals]
