"""Pages: each row once, whatever is added meanwhile, and no cursor but ours."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snippets.backend.api.pages import Cursors
from snippets.backend.services.reading import OrderView
from tests.snippets.backend.conftest import NOWHERE
from tests.snippets.backend.shop import Headers, Shop, is_problem, settings_for

SETTINGS = settings_for("postgresql://nowhere", NOWHERE)
CURSORS = Cursors(SETTINGS, "a list")


async def pages(shop: Shop, path: str, limit: int, who: Headers) -> AsyncIterator[list[int]]:
    after: dict[str, str] = {}
    while True:
        answer = await shop.client.get(path, params={"limit": limit, **after}, headers=who)
        page = answer.raise_for_status().json()
        assert len(page["items"]) <= limit
        yield [item["id"] for item in page["items"]]
        if page["next"] is None:
            return
        assert len(page["items"]) == limit
        after = {"after": page["next"]}


@pytest.mark.parametrize("limit", [1, 4, 100])
async def test_pages_of_orders_are_all_orders_once(shop: Shop, limit: int) -> None:
    product, who = await shop.product(100), await shop.account()
    placed = [await shop.placed(who, {product: 1}) for _ in range(6)]
    await shop.placed(await shop.account(), {product: 1})
    seen: list[int] = []
    async for page in pages(shop, "/orders", limit, who):
        seen += page
        await shop.placed(who, {product: 1})  # newer than all of the rest
    assert seen == placed[::-1]


async def test_pages_of_products_go_on_behind_the_last_one(shop: Shop) -> None:
    made = [await shop.product() for _ in range(3)]
    seen = [number async for page in pages(shop, "/products", 2, {}) for number in page]
    assert seen == sorted(set(seen))
    assert set(made) <= set(seen)


async def test_a_cursor_is_for_one_list_of_one_reader(shop: Shop) -> None:
    product, who = await shop.product(), await shop.account()
    for _ in range(2):
        await shop.placed(who, {product: 1})
    cursor = (await shop.client.get("/orders?limit=1", headers=who)).json()["next"]
    mine = await shop.client.get(f"/orders?after={cursor}", headers=who)
    assert len(mine.json()["items"]) == 1
    other = await shop.account()
    for path, reader in (("/orders", other), ("/products", who)):
        refused = await shop.client.get(f"{path}?after={cursor}", headers=reader)
        assert is_problem(refused, 422)
        assert refused.json()["problems"][0]["at"] == "query/after"


def cursor(number: int, cursors: Cursors = CURSORS) -> str:
    view = OrderView(id=number, state="", total_cents=0, lines=[], created_at="2026-01-01")  # type: ignore[arg-type]
    following = cursors.page([view, view], 1).next
    assert following
    return following


@given(st.integers(1, 2**63 - 1))
@settings(max_examples=50)
def test_a_cursor_comes_back_as_its_position(number: int) -> None:
    assert CURSORS.position(cursor(number), first=0) == number


@given(st.integers(1, 2**63 - 1), st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
def test_a_changed_cursor_is_none(number: int, data: st.DataObject) -> None:
    whole = cursor(number)
    place = data.draw(st.integers(0, len(whole) - 2))  # the last character has unused bits
    other = data.draw(st.sampled_from("AZaz09-_").filter(lambda one: one != whole[place]))
    with pytest.raises(Exception, match="1 validation error"):
        CURSORS.position(whole[:place] + other + whole[place + 1 :], first=0)


def test_a_cursor_survives_the_next_key() -> None:
    following = settings_for(
        "postgresql://nowhere", NOWHERE, secret_key="n" * 32, previous_secret_key="k" * 32
    )
    renewed = Cursors(following, "a list")
    assert renewed.position(cursor(7), first=0) == 7
    with pytest.raises(Exception, match="1 validation error"):
        CURSORS.position(cursor(7, renewed), first=0)


def test_a_position_beyond_the_numbers_is_none() -> None:
    with pytest.raises(Exception, match="1 validation error"):
        CURSORS.position(cursor(2**63), first=0)
