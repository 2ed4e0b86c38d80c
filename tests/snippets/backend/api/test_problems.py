"""Errors: one form, whatever went wrong, and 503 for what passes."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import httpx
import pytest
from argon2.exceptions import HashingError
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from snippets.backend.api.problems import add_problems
from snippets.backend.database.failures import OutcomeUnknownError
from snippets.backend.security.passwords import BusyError
from tests.snippets.backend.shop import Shop, is_problem


async def ask(error: Exception) -> httpx.Response:
    app = FastAPI()
    add_problems(app)

    @app.get("/")
    async def fails() -> None:
        raise error

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        return await client.get("/")


def of_driver(state: str) -> DBAPIError:
    original = asyncpg.PostgresError()
    original.sqlstate = state
    return DBAPIError(None, None, original)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OutcomeUnknownError(), "it may have been done"),
        (TimeoutError(), "it may have been done"),
        (BusyError(), "too many requests"),
        (NoConnectionFreeError(), "too many requests"),
        (ConnectionRefusedError(), "not now"),
        (asyncpg.InterfaceError("closed"), "not now"),
        (asyncpg.InternalClientError("in the middle"), "not now"),
        (asyncpg.CannotConnectNowError(), "not now"),
        *((of_driver(state), "not now") for state in ("40001", "57P01", "53300")),
        *((of_driver(state), "not now") for state in ("57014", "55P03", "25P03", "25P04")),
    ],
)
async def test_what_passes_is_503(error: Exception, said: str) -> None:
    answer = await ask(error)
    assert is_problem(answer, 503)
    assert said in answer.json()["detail"]
    assert answer.headers["Retry-After"] in "12345"


@pytest.mark.parametrize(
    "error", [of_driver("23505"), asyncpg.DataError("x"), RuntimeError(), HashingError()]
)
async def test_what_does_not_pass_is_our_fault(error: Exception) -> None:
    assert is_problem(await ask(error), 500)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/orders", 405), ("GET", "/orders", 401)],
)
async def test_what_the_framework_refuses_has_the_same_form(
    shop: Shop, method: str, path: str, status: int
) -> None:
    assert is_problem(await shop.client.request(method, path), status)


Block = Callable[[asyncpg.Connection], Awaitable[object]]


async def test_who_waits_for_a_lock_too_long_is_told_to_come_back(shop: Shop) -> None:
    product, who = await shop.product(), await shop.account()
    engine = shop.resources.transactions._engine
    async with engine.connect() as connection:  # the only idle one, with a shorter limit
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw
        await raw.execute("SET lock_timeout = '10ms'")
    async with shop.database.transaction():
        await shop.database.execute("SELECT FROM product WHERE id = $1 FOR UPDATE", product)
        answer = await asyncio.wait_for(shop.place(who, {product: 1}), 30)
    assert is_problem(answer, 503)
    assert await shop.stock(product) == 10
