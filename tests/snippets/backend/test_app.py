"""The shop from the outside: an order on its way from the sign-in to the delivery."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from snippets.backend import seed, worker
from tests.snippets.backend.shop import Configure, Shop, is_problem, opened


async def test_an_order_is_placed_paid_and_delivered(configure: Configure) -> None:
    settings = configure()
    async with opened(settings) as shop:
        body = {"email": seed.CUSTOMER, "password": seed.PASSWORD}
        tokens = (await shop.client.post("/tokens", json=body)).raise_for_status().json()
        who = {"Authorization": f"Bearer {tokens['access_token']}"}
        product = (await shop.client.get("/products?limit=1")).json()["items"][0]
        order = (await shop.place(who, {product["id"]: 2})).raise_for_status().json()
        assert order["total_cents"] == 2 * product["price_cents"]
        stop = asyncio.Event()
        working = asyncio.create_task(worker.work(settings, stop))
        while await shop.state(order["id"]) != "delivered":
            await shop.database.execute("SELECT pg_sleep(0.01)")
        stop.set()
        await working
        for table in ("charge", "delivery"):
            count = f"SELECT count(*) FROM {table} WHERE order_id = $1"
            assert await shop.database.fetchval(count, order["id"]) == 1


async def test_more_requests_than_may_be_in_service_are_refused(configure: Configure) -> None:
    async with (
        opened(configure(requests_at_once=1, pool_size=1)) as shop,
        shop.resources.transactions._engine.connect(),
    ):
        waiting = asyncio.create_task(shop.client.get("/products"))
        await asyncio.sleep(0)
        assert is_problem(await shop.client.get("/docs"), 503)
        for path in ("/health/live", "/health/ready"):
            assert (await shop.client.get(path)).status_code == 200
        waiting.cancel()


async def test_a_request_that_never_ends_is_ended(configure: Configure) -> None:
    async def body() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    short = {"lock_s": 0.01, "statement_s": 0.02, "answer_s": 0.03, "transaction_s": 0.04}
    short |= {"pool_s": 0.01, "connect_s": 0.01, "redis_s": 0.01, "request_s": 0.1}
    async with opened(configure(**short)) as shop:
        assert is_problem(await shop.client.post("/tokens", content=body()), 503)


async def test_no_request_is_sent_elsewhere(shop: Shop) -> None:
    assert is_problem(await shop.client.post("/orders/"), 404)


@pytest.mark.parametrize("kind", ["products", "probe"])
async def test_nothing_is_under_way_when_it_has_ended(configure: Configure, kind: str) -> None:
    async with opened(configure()) as shop:
        flights = getattr(shop.resources, kind).flights
        waiting = asyncio.ensure_future(flights.join("key", asyncio.Event().wait))
    assert waiting.cancelled()
