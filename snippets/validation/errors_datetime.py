"""JSON knows no times, and a response of your own gets no help.

Running it answers with an order in four ways, and prints what comes of
it.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel


# --8<-- [start:raises]
class Order(BaseModel):
    placed: datetime
    total: Decimal


ORDER = Order(
    placed=datetime(2026, 1, 2, tzinfo=UTC), total=Decimal("1.10")
)


async def response() -> JSONResponse:
    return JSONResponse(ORDER.model_dump(), status_code=202)  # [!]


async def refusal() -> None:
    raise HTTPException(409, {"placed": ORDER.placed})


# --8<-- [end:raises]


# --8<-- [start:fix]
async def returned() -> Order:  # FastAPI encodes it
    return ORDER


async def encoded() -> JSONResponse:
    fields = ORDER.model_dump(mode="json")
    return JSONResponse(fields, status_code=202)


# --8<-- [end:fix]


async def ask(endpoint: Callable[..., Any]) -> str:
    app = FastAPI()
    app.get("/")(endpoint)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test"
    ) as client:
        try:
            answer = await client.get("/")
        except TypeError as error:
            return str(error)
    return f"{answer.status_code} {answer.text}"


def main() -> None:
    for endpoint in (response, refusal, returned, encoded):
        print(f"{endpoint.__name__}: {asyncio.run(ask(endpoint))}")


if __name__ == "__main__":
    main()
