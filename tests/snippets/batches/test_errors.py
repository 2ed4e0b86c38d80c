"""The listings of the error index raise the errors that their pages are called by."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import ResponseValidationError
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, InvalidRequestError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import DetachedInstanceError

from snippets.batches import (
    errors_arguments,
    errors_detached,
    errors_greenlet,
    errors_unique,
    once,
)
from snippets.batches.orders import Order
from snippets.batches.prices import row

GREENLET = (
    r"^greenlet_spawn has not been called; can't call await_\(\) here\. "
    r"Was IO attempted in an unexpected place\?"
)


@pytest.mark.parametrize("read", [errors_greenlet.not_loaded, errors_greenlet.expired])
async def test_reading_what_is_not_loaded_does_not_find_its_greenlet(
    read: Callable[[AsyncSession], Awaitable[Any]], order_engine: AsyncEngine
) -> None:
    async with AsyncSession(order_engine) as session:
        with pytest.raises(MissingGreenlet, match=GREENLET):
            await read(session)


async def test_keeping_attributes_after_a_commit_mends_only_what_had_expired(
    order_engine: AsyncEngine,
) -> None:
    async with AsyncSession(order_engine, expire_on_commit=False) as session:
        assert await errors_greenlet.expired(session) == 220
        with pytest.raises(MissingGreenlet, match=GREENLET):
            await errors_greenlet.not_loaded(session)


async def test_what_was_loaded_with_the_query_can_be_read(order_engine: AsyncEngine) -> None:
    async with AsyncSession(order_engine) as session:
        assert await errors_greenlet.loaded(session) == 10


async def test_fastapi_wraps_it_in_a_response_validation_error(order_engine: AsyncEngine) -> None:
    class OrderOut(BaseModel):
        address: str

    app = FastAPI()

    async with AsyncSession(order_engine) as session:

        @app.get("/", response_model=OrderOut)
        async def read() -> Order:
            order = await session.get_one(Order, 1)
            await session.commit()
            return order

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            with pytest.raises(ResponseValidationError, match="extracting attribute: MissingGree"):
                await client.get("/")


async def test_an_order_that_outlived_its_session_cannot_load_its_lines(
    order_engine: AsyncEngine,
) -> None:
    order = await errors_detached.not_loaded(order_engine)
    assert order.address
    with pytest.raises(
        DetachedInstanceError,
        match=r"^Parent instance <Order at 0x[0-9a-f]+> is not bound to a Session; "
        r"lazy load operation of attribute 'lines' cannot proceed",
    ):
        _ = order.lines


async def test_an_order_that_was_committed_before_cannot_load_its_columns(
    order_engine: AsyncEngine,
) -> None:
    order = await errors_detached.expired(order_engine)
    with pytest.raises(
        DetachedInstanceError,
        match=r"^Instance <Order at 0x[0-9a-f]+> is not bound to a Session; "
        r"attribute refresh operation cannot proceed",
    ):
        _ = order.address


async def test_what_was_loaded_and_kept_can_be_read_without_a_session(
    order_engine: AsyncEngine,
) -> None:
    order = await errors_detached.loaded(order_engine)
    assert len(order.address) == 220
    assert len(order.lines) == 10


async def test_a_joined_collection_wants_unique(order_engine: AsyncEngine) -> None:
    async with AsyncSession(order_engine) as session:
        with pytest.raises(
            InvalidRequestError,
            match=r"^The unique\(\) method must be invoked on this Result, as it contains "
            r"results that include joined eager loads against collections",
        ):
            await errors_unique.page(session)


async def test_neither_distinct_nor_a_set_is_unique(order_engine: AsyncEngine) -> None:
    query = select(Order).options(joinedload(Order.lines))
    async with AsyncSession(order_engine) as session:
        with pytest.raises(InvalidRequestError, match=r"^The unique\(\) method must be invoked"):
            (await session.scalars(query.distinct())).all()
        with pytest.raises(InvalidRequestError, match=r"^The unique\(\) method must be invoked"):
            set(await session.scalars(query))


@pytest.mark.parametrize("read", [errors_unique.unique, errors_unique.separate])
async def test_unique_or_a_second_statement_gives_each_order_once(
    read: Callable[[AsyncSession], Awaitable[Any]], order_engine: AsyncEngine
) -> None:
    async with AsyncSession(order_engine) as session:
        found = await read(session)
    assert sorted(order.id for order in found) == list(range(1, 101))
    assert {len(order.lines) for order in found} == {10}


SKUS = [row(number)["sku"] for number in range(32_768)]


async def test_a_list_of_32768_values_is_too_long(price_engine: AsyncEngine) -> None:
    async with AsyncSession(price_engine) as session:
        with pytest.raises(
            InterfaceError, match="the number of query arguments cannot exceed 32767"
        ):
            await errors_arguments.find(session, SKUS)


@pytest.mark.parametrize(
    ("find", "skus"), [(errors_arguments.find, SKUS[1:]), (errors_arguments.find_any, SKUS)]
)
async def test_a_shorter_list_or_an_array_finds_what_is_there(
    find: Callable[[AsyncSession, list[str]], Awaitable[Any]],
    skus: list[str],
    price_engine: AsyncEngine,
) -> None:
    async with AsyncSession(price_engine) as session:
        await once.store(session, [row(5), row(40_000)])
        assert [price.sku for price in await find(session, skus)] == ["sku-5"]
