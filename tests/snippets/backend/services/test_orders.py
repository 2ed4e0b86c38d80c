"""Orders: stock adds up, a key is one order, and what was given back is given back once."""

import asyncio
from collections import Counter
from functools import partial

import asyncpg
import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from snippets.backend import jobs
from snippets.backend.services import products
from tests.snippets.backend.shop import Shop, is_problem, names


async def somebody_waits_for(connection: asyncpg.Connection) -> None:
    """Until another session waits for a lock of this one."""
    blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    blocked += " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    while not await connection.fetchval(blocked):
        pass


async def test_a_crowd_orders_what_there_is_and_no_more(shop: Shop) -> None:
    product, crowd = await shop.product(stock=5), [await shop.account() for _ in range(12)]
    answers = await asyncio.gather(*(shop.place(who, {product: 1}) for who in crowd))
    assert Counter(answer.status_code for answer in answers) == {201: 5, 409: 7}
    assert await shop.stock(product) == 0
    count = "SELECT count(*) FROM order_line WHERE product_id = $1"
    assert await shop.database.fetchval(count, product) == 5


async def test_a_refused_order_leaves_nothing(shop: Shop) -> None:
    there, short, who = await shop.product(), await shop.product(stock=1), await shop.account()
    refused = await shop.place(who, {there: 1, short: 2})
    assert is_problem(refused, 409)
    assert refused.json()["detail"] == "out of stock"
    assert (await shop.stock(there), await shop.stock(short)) == (10, 1)
    assert (await shop.client.get("/orders", headers=who)).json()["items"] == []
    assert is_problem(await shop.place(who, {there: 1, 2**62: 1}), 422)


async def test_an_order_costs_what_its_lines_cost(shop: Shop) -> None:
    dear, cheap = await shop.product(price_cents=1000), await shop.product(price_cents=1)
    who = await shop.account()
    order = (await shop.place(who, {cheap: 3, dear: 2})).json()
    assert order["total_cents"] == 2003
    assert [line["product_id"] for line in order["lines"]] == [dear, cheap]
    assert await shop.jobs(jobs.CHARGE, order["id"]) == 1
    again = (await shop.client.get(f"/orders/{order['id']}", headers=who)).json()
    assert again == order


async def test_stock_is_locked_in_the_order_of_the_products(shop: Shop) -> None:
    low, high = await shop.product(), await shop.product()
    take = partial(products.take, wanted={high: 1, low: 1})
    lock = "SELECT FROM product WHERE id = $1 FOR NO KEY UPDATE"
    async with shop.database.transaction():
        await shop.database.execute(lock, low)
        waiting = asyncio.create_task(shop.resources.transactions.run(take))
        await somebody_waits_for(shop.database)
        # It waits for the lower one, and does not hold the higher one meanwhile.
        await shop.database.execute(f"{lock} NOWAIT", high)
    await waiting
    assert (await shop.stock(low), await shop.stock(high)) == (9, 9)


async def test_what_is_given_back_during_the_wait_can_be_had(shop: Shop) -> None:
    product = await shop.product(stock=0)
    take = partial(products.take, wanted={product: 1})
    async with shop.database.transaction():
        await shop.database.execute("UPDATE product SET stock = 1 WHERE id = $1", product)
        waiting = asyncio.create_task(shop.resources.transactions.run(take))
        await somebody_waits_for(shop.database)
    await waiting
    assert await shop.stock(product) == 0


async def test_the_same_key_gets_the_first_answer_again(shop: Shop) -> None:
    product, who, key = await shop.product(), await shop.account(), next(names)
    other = await shop.product()
    first = await shop.place(who, {product: 1, other: 1}, key)
    assert "Idempotent-Replayed" not in first.headers
    await shop.database.execute(
        "UPDATE orders SET state = 'delivered' WHERE id = $1", first.json()["id"]
    )
    again = await shop.place(who, {other: 1, product: 1}, key)
    assert again.status_code == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    assert await shop.stock(product) == 9


async def test_another_order_under_the_same_key_is_refused(shop: Shop) -> None:
    product, who, key = await shop.product(), await shop.account(), next(names)
    await shop.place(who, {product: 1}, key)
    assert is_problem(await shop.place(who, {product: 2}, key), 422)
    assert await shop.stock(product) == 9
    assert (await shop.place(await shop.account(), {product: 2}, key)).status_code == 201


async def test_a_refusal_is_not_kept(shop: Shop) -> None:
    product, who, key = await shop.product(stock=0), await shop.account(), next(names)
    assert is_problem(await shop.place(who, {product: 1}, key), 409)
    await shop.database.execute("UPDATE product SET stock = 1 WHERE id = $1", product)
    assert (await shop.place(who, {product: 1}, key)).status_code == 201


async def test_a_key_that_comes_ten_times_at_once_is_one_order(shop: Shop) -> None:
    product, who, key = await shop.product(), await shop.account(), next(names)
    answers = await asyncio.gather(*(shop.place(who, {product: 1}, key) for _ in range(10)))
    assert {answer.content for answer in answers} == {answers[0].content}
    replayed = Counter("Idempotent-Replayed" in answer.headers for answer in answers)
    assert replayed == {True: 9, False: 1}
    assert await shop.stock(product) == 9


class LostError(DBAPIError):
    """The connection is gone."""

    def __init__(self) -> None:
        super().__init__(None, None, Exception(), connection_invalidated=True)


@pytest.fixture
def lost_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the next COMMIT is lost, after it was carried out."""
    commit = AsyncSession.commit

    async def losing(session: AsyncSession) -> None:
        monkeypatch.setattr(AsyncSession, "commit", commit)
        await commit(session)
        raise LostError

    monkeypatch.setattr(AsyncSession, "commit", losing)


async def test_an_order_whose_commit_was_not_answered_is_placed_once(
    shop: Shop, lost_answer: None
) -> None:
    product, who = await shop.product(), await shop.account()
    answer = await shop.place(who, {product: 1})
    assert answer.status_code == 201
    assert await shop.stock(product) == 9


async def test_what_has_no_key_is_not_repeated(shop: Shop, lost_answer: None) -> None:
    body, staff = {"name": next(names), "price_cents": 1, "stock": 1}, await shop.account("staff")
    answer = await shop.client.post("/products", json=body, headers=staff)
    assert is_problem(answer, 503)
    assert "may have been done" in answer.json()["detail"]
    assert answer.headers["Retry-After"]
    count = "SELECT count(*) FROM product WHERE name = $1"
    assert await shop.database.fetchval(count, body["name"]) == 1


class Killer:
    """Ends the server's process of a connection, before the statement of this number."""

    def __init__(self, shop: Shop, dsn: str, before: int) -> None:
        self._dsn, self._left = dsn, before
        self.killed = 0
        engine = shop.resources.transactions._engine.sync_engine
        event.listen(engine, "before_cursor_execute", self.before)
        event.listen(engine, "commit", self.before)

    def before(self, connection: Connection, *_: object) -> None:
        """Count a statement, or the commit."""
        raw = connection.connection.driver_connection
        assert raw
        self.count(raw.get_server_pid())

    def count(self, pid: int) -> None:
        """Count a statement of this process, and end it if it is its turn."""
        self._left -= 1
        if self._left == -1:
            self.killed += 1
            with psycopg.connect(self._dsn, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


@pytest.mark.parametrize("statement", range(6))
async def test_an_order_survives_the_loss_of_its_connection(
    shop: Shop, shared_dsn: str, statement: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    product, who = await shop.product(), await shop.account()
    killer, enqueue = Killer(shop, shared_dsn, statement), jobs.enqueue

    async def enqueued(session: AsyncSession, entrypoint: str, order: int) -> None:
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        assert raw
        killer.count(raw.get_server_pid())
        await enqueue(session, entrypoint, order)

    monkeypatch.setattr(jobs, "enqueue", enqueued)
    answer = await shop.place(who, {product: 1})
    assert answer.status_code == 201
    assert killer.killed == 1
    assert await shop.stock(product) == 9
    assert await shop.jobs(jobs.CHARGE, answer.json()["id"]) == 1


async def test_a_canceled_order_gives_its_stock_back_once(shop: Shop) -> None:
    product, who = await shop.product(), await shop.account()
    order = await shop.placed(who, {product: 4})
    path = f"/orders/{order}/cancel"
    answers = await asyncio.gather(*(shop.client.post(path, headers=who) for _ in range(5)))
    assert {(one.status_code, one.json()["state"]) for one in answers} == {(200, "canceled")}
    assert await shop.stock(product) == 10


async def test_an_order_that_is_being_paid_cannot_be_canceled(shop: Shop) -> None:
    product, who = await shop.product(), await shop.account()
    order = await shop.placed(who, {product: 4})
    for state in ("charging", "charged", "delivered"):
        await shop.database.execute("UPDATE orders SET state = $1 WHERE id = $2", state, order)
        assert is_problem(await shop.client.post(f"/orders/{order}/cancel", headers=who), 409)
    assert await shop.stock(product) == 6


async def test_orders_of_others_are_not_there(shop: Shop) -> None:
    order = await shop.placed(await shop.account(), {await shop.product(): 1})
    other = await shop.account()
    assert is_problem(await shop.client.get(f"/orders/{order}", headers=other), 404)
    assert is_problem(await shop.client.post(f"/orders/{order}/cancel", headers=other), 404)
    assert (await shop.client.get("/orders", headers=other)).json()["items"] == []
    assert await shop.state(order) == "placed"
