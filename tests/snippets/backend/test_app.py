"""The shop from the outside: an order on its way from the sign-in to the delivery."""

import asyncio

from snippets.backend import seed, worker
from tests.snippets.backend.shop import Configure, opened


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
