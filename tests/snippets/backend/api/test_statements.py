"""How many statements a route sends: the same for ten rows as for one."""

import pytest

from tests.snippets.backend.shop import Shop


@pytest.mark.parametrize("rows", [1, 10])
async def test_statements_do_not_grow_with_the_rows(shop: Shop, rows: int) -> None:
    products, who = [await shop.product() for _ in range(rows)], await shop.account()
    with shop.statements() as placing:
        order = await shop.placed(who, dict.fromkeys(products, 1))
    assert len(placing) == 4, placing  # and that of the queue
    for _ in range(rows - 1):
        await shop.placed(who, {products[0]: 1})
    for path, statements in (
        ("/orders", 2),
        (f"/orders/{order}", 2),
        ("/products", 1),
        (f"/products/{products[0]}", 1),
        (f"/products/{products[0]}", 0),
    ):
        with shop.statements() as sent:
            (await shop.client.get(path, headers=who)).raise_for_status()
        assert len(sent) == statements, (path, sent)
    with shop.statements() as sent:
        await shop.client.post(f"/orders/{order}/cancel", headers=who)
    assert len(sent) == 4, sent
