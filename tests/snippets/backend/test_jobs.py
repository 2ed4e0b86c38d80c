"""Jobs: each step once, however often it runs and wherever it was cut off."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.backend import jobs, payments
from snippets.backend.jobs import DELIVER
from tests.snippets.backend.shop import Shop


async def rows(shop: Shop, table: str, order: int) -> int:
    count = f"SELECT count(*) FROM {table} WHERE order_id = $1"
    return int(await shop.database.fetchval(count, order))


async def placed(shop: Shop) -> int:
    return await shop.placed(await shop.account(), {await shop.product(price_cents=7): 3})


async def test_a_charge_is_made_once_and_has_one_delivery(shop: Shop) -> None:
    order, run = await placed(shop), shop.resources.transactions
    await asyncio.gather(*(jobs.charge(run, order) for _ in range(5)))
    await jobs.charge(run, order)
    assert await shop.state(order) == "charged"
    cents = "SELECT cents FROM charge WHERE order_id = $1"
    assert await shop.database.fetchval(cents, order) == 21
    assert await shop.jobs(DELIVER, order) == 1


async def test_a_delivery_is_made_once(shop: Shop) -> None:
    order, run = await placed(shop), shop.resources.transactions
    await jobs.charge(run, order)
    await asyncio.gather(*(jobs.deliver(run, order) for _ in range(5)))
    assert await shop.state(order) == "delivered"
    assert await rows(shop, "delivery", order) == 1
    await jobs.charge(run, order)
    assert await shop.state(order) == "delivered"
    assert await shop.jobs(DELIVER, order) == 1


@pytest.mark.parametrize("taken", [False, True])
async def test_a_charge_that_was_cut_off_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    order, run, charge = await placed(shop), shop.resources.transactions, payments.charge

    async def cut_off(*given: object) -> None:
        if taken:
            await charge(*given)  # type: ignore[arg-type]
        raise RuntimeError

    monkeypatch.setattr(payments, "charge", cut_off)
    with pytest.raises(RuntimeError):
        await jobs.charge(run, order)
    assert await shop.state(order) == "charging"
    assert await shop.jobs(DELIVER, order) == 0
    monkeypatch.setattr(payments, "charge", charge)
    await jobs.charge(run, order)
    assert (await shop.state(order), await rows(shop, "charge", order)) == ("charged", 1)
    assert await shop.jobs(DELIVER, order) == 1


async def test_what_was_canceled_is_not_paid(shop: Shop) -> None:
    product, who = await shop.product(), await shop.account()
    order = await shop.placed(who, {product: 1})
    await shop.client.post(f"/orders/{order}/cancel", headers=who)
    await jobs.charge(shop.resources.transactions, order)
    assert (await shop.state(order), await rows(shop, "charge", order)) == ("canceled", 0)


async def test_an_order_is_paid_or_canceled_and_never_both(shop: Shop) -> None:
    product, who = await shop.product(stock=20), await shop.account()
    orders = [await shop.placed(who, {product: 1}) for _ in range(8)]
    run = shop.resources.transactions
    charges = [jobs.charge(run, order) for order in orders]
    cancels = [shop.client.post(f"/orders/{order}/cancel", headers=who) for order in orders]
    answers = await asyncio.gather(*charges, *cancels)
    canceled = 0
    for order, answer in zip(orders, answers[len(orders) :], strict=True):
        assert answer
        was_canceled = answer.status_code == 200
        canceled += was_canceled
        assert await shop.state(order) == ("canceled" if was_canceled else "charged")
        assert await rows(shop, "charge", order) == (not was_canceled)
    assert await shop.stock(product) == 12 + canceled


async def test_a_job_without_a_transaction_is_refused(shop: Shop) -> None:
    async def work(session: AsyncSession) -> None:
        await jobs.enqueue(session, DELIVER, 2**40)

    with pytest.raises(RuntimeError, match="after the first statement"):
        await shop.resources.transactions.run(work)
    assert await shop.jobs(DELIVER, 2**40) == 0
