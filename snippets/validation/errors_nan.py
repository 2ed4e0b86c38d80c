"""JSON has no NaN and no infinity, so the answer cannot be written.

Running it asks for a mean of nothing and sends a NaN, twice each.
"""

import asyncio
import math
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, FiniteFloat

from snippets.validation.problems import refuse


# --8<-- [start:raises]
class Sent(BaseModel):
    celsius: float  # "nan" passes, and so does a bare NaN


def create_app() -> FastAPI:
    app = FastAPI()

    @app.get("/mean")
    async def mean():  # type: ignore[no-untyped-def]
        return {"celsius": math.inf - math.inf}  # NaN  # [!]

    @app.post("/temperatures")
    async def store(sent: Sent):  # type: ignore[no-untyped-def]
        return sent

    return app


# --8<-- [end:raises]


# --8<-- [start:fix]
class Temperature(BaseModel):
    celsius: FiniteFloat


class Mean(BaseModel):
    celsius: float | None


def known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def create_fixed() -> FastAPI:
    app = FastAPI()
    app.add_exception_handler(RequestValidationError, refuse)

    @app.get("/mean")
    async def mean() -> Mean:
        return Mean(celsius=known(math.inf - math.inf))

    @app.post("/temperatures")
    async def store(sent: Temperature) -> Temperature:
        return sent

    return app


# --8<-- [end:fix]


async def ask(app: FastAPI, path: str, **sent: Any) -> str:
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test"
    )
    method = "POST" if sent else "GET"
    async with client:
        try:
            answer = await client.request(method, path, **sent)
        except ValueError as error:
            return str(error).partition(": ")[0]
    told = answer.text if answer.is_success else "refused"
    return f"{answer.status_code} {told}"


def main() -> None:
    sent = {"celsius": "nan"}
    for app in (create_app(), create_fixed()):
        print(asyncio.run(ask(app, "/mean")))
        print(asyncio.run(ask(app, "/temperatures", json=sent)))


if __name__ == "__main__":
    main()
