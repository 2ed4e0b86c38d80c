"""The statements by hand do what the service does, and layers add up."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from lab.experiment import Setting
from snippets.backend import app
from snippets.backend.database.engine import create_engine
from snippets.backend.database.transactions import Transactions
from snippets.backend.experiments import _least, layers
from snippets.backend.experiments._by_hand import place, with_asyncpg, with_sqlalchemy
from snippets.backend.experiments.layers import EXPERIMENT
from snippets.backend.services import orders
from tests.snippets.backend.shop import Configure

ROWS = """
SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_line),
       (SELECT count(*) FROM pgqueuer), (SELECT sum(stock) FROM product)
"""


async def test_by_hand_an_order_is_stored_as_the_service_stores_it(configure: Configure) -> None:
    settings = configure()
    engine = create_engine(settings, 1)
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    product = await connection.fetchval("SELECT min(id) FROM product")
    account = await connection.fetchval("SELECT min(id) FROM account")

    async def by_service() -> None:
        async def work(session):  # type: ignore[no-untyped-def]
            return await orders.place(session, account, layers.key(), {product: 1})

        await Transactions(engine, settings).run(work, repeatable=True)

    async def by_asyncpg() -> None:
        async with with_asyncpg(connection) as ask:
            await place(ask, account, layers.key(), product)

    async def by_sqlalchemy() -> None:
        async with with_sqlalchemy(engine) as ask:
            await place(ask, account, layers.key(), product)

    for way in (by_service, by_asyncpg, by_sqlalchemy):
        before = await connection.fetchrow(ROWS)
        await way()
        after = await connection.fetchrow(ROWS)
        assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 1, -1]
    await connection.close()
    await engine.dispose()


async def test_the_least_checks_an_order_and_answers_like_the_service() -> None:
    transport = httpx.ASGITransport(_least.create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        wrong = await client.post("/orders", json={"lines": []}, headers={"Idempotency-Key": "k"})
        body = {"lines": [{"product_id": 1, "quantity": 1}]}
        right = await client.post("/orders", json=body, headers={"Idempotency-Key": "k"})
    assert (wrong.status_code, right.status_code) == (422, 201)
    assert right.json() == _least.PLACED.model_dump(mode="json")


def test_an_order_is_held_against_its_statements_and_the_framework() -> None:
    found = {name: {"application": 4.0, "postgres": 2.0} for name in EXPERIMENT.variants}
    found["driver"] = {"application": 1.0, "postgres": 2.0}
    found["least"] = {"application": 1.0, "postgres": 0.0}
    assert EXPERIMENT.quantities["least"].of(found) == 4
    assert EXPERIMENT.quantities["times"].of(found) == pytest.approx(1.5)
    assert EXPERIMENT.quantities["postgres"].of(found) == pytest.approx(100 / 3)
    assert EXPERIMENT.quantities["mapper"].of(found) == 2


@pytest.fixture
def setting(dsn: str) -> Setting:
    conditions = {**EXPERIMENT.conditions, **EXPERIMENT.rehearsal}
    return Setting(conditions, postgres=dsn, redis=("redis://127.0.0.1:1", "p:"))


async def test_an_order_that_is_refused_is_not_measured(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "create_app", lambda settings: FastAPI())
    with pytest.raises(layers.RefusedError, match="404"):
        await layers.endpoint(setting)


async def test_nor_one_that_is_refused_over_a_socket(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def serve(*given: object, **named: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(url="http://127.0.0.1:1", processor_s=lambda: 0.0)

    async def generate(plan: object) -> SimpleNamespace:
        return SimpleNamespace(void=None, errors={"503": 1}, sent=())

    monkeypatch.setattr(layers, "serve", serve)
    monkeypatch.setattr(layers, "generate", generate)
    with pytest.raises(layers.RefusedError, match="503"):
        await layers.served(setting, "shop")
