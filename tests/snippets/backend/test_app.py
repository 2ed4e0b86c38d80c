"""The shop from the outside: an order on its way from the sign-in to the delivery."""

import asyncio

import httpx

from snippets.backend import seed, worker
from tests.snippets.backend.conftest import Configure, served


async def sign_in(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    answer = await client.post("/tokens", json={"email": email, "password": seed.PASSWORD})
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}


async def test_an_order_is_placed_paid_and_delivered(configure: Configure) -> None:
    settings = configure()
    async with served(settings) as client:
        customer = await sign_in(client, seed.CUSTOMER)
        product = (await client.get("/products?limit=1")).json()["items"][0]
        placed = await client.post(
            "/orders",
            json={"lines": [{"product_id": product["id"], "quantity": 2}]},
            headers=customer | {"Idempotency-Key": "smoke"},
        )
        assert placed.status_code == 201
        assert placed.json()["total_cents"] == 2 * product["price_cents"]
        stop = asyncio.Event()
        working = asyncio.create_task(worker.work(settings, stop))
        state = ""
        while state != "delivered":
            path = f"/orders/{placed.json()['id']}"
            state = (await client.get(path, headers=customer)).json()["state"]
        stop.set()
        await working
