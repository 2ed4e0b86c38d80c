"""Products: changed on the version that was read, and by staff."""

import asyncio
from collections import Counter

from tests.snippets.backend.shop import Shop, is_problem


async def test_of_two_changes_of_one_version_one_is_made(shop: Shop) -> None:
    product, staff = await shop.product(), await shop.account("staff")
    path = f"/products/{product}"
    crowd = [
        shop.client.patch(path, json={"version": 1, "price_cents": cents}, headers=staff)
        for cents in range(5)
    ]
    answers = await asyncio.gather(*crowd)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 4}
    made = next(answer.json() for answer in answers if answer.status_code == 200)
    assert made["version"] == 2
    assert (await shop.client.get(path)).json() == made


async def test_a_price_of_nothing_is_a_price(shop: Shop) -> None:
    product, staff = await shop.product(price_cents=5), await shop.account("staff")
    body = {"version": 1, "price_cents": 0}
    answer = await shop.client.patch(f"/products/{product}", json=body, headers=staff)
    assert answer.json()["price_cents"] == 0


async def test_what_is_not_there_cannot_be_changed(shop: Shop) -> None:
    staff = await shop.account("staff")
    answer = await shop.client.patch(f"/products/{2**62}", json={"version": 1}, headers=staff)
    assert is_problem(answer, 404)
    assert is_problem(await shop.client.get(f"/products/{2**62}"), 404)


async def test_what_staff_adds_can_be_ordered(shop: Shop) -> None:
    staff = await shop.account("staff")
    body = {"name": "Tea", "price_cents": 3, "stock": 2}
    added = await shop.client.post("/products", json=body, headers=staff)
    assert added.status_code == 201
    product = added.json()["id"]
    assert added.json() == {"id": product, "name": "Tea", "price_cents": 3, "version": 1}
    assert (await shop.place(await shop.account(), {product: 2})).json()["total_cents"] == 6
    assert await shop.stock(product) == 0
