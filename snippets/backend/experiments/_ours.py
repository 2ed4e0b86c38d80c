"""The backend of the series: two web workers, and one for jobs.

One limit is raised, since all trials come from one address: how often
a network may try to sign in or up.
"""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

from lab.load import Request
from snippets.backend import (
    app,
    migrations,
    seed,
    settings,
    worker,
)
from snippets.backend.experiments._client import ask, insist, posted
from snippets.backend.experiments._systems import (
    UVICORN,
    Account,
    System,
)

STOCK = 1_000_000  # of each product that the seed makes
PRODUCTS = 20
RUSH, LEFT = 30, 10  # clients, and what there is for them
PATIENCE_S = 15.0

PREPARE = (  # what the two do by themselves, in one process
    f"import {settings.__name__} as s; given = s.load();"
    f" import {migrations.__name__} as m; m.upgrade(given);"
    f" import {seed.__name__} as d; d.seed(given)"
)
STORED = "SELECT key, count(*) FROM orders GROUP BY key"
# The provider is a table; each time that it is asked, and the asking
# transaction commits, this leaves a row, whether it charges or not.
WATCH = """
CREATE TABLE asked (order_id bigint);
CREATE FUNCTION asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO asked VALUES (NEW.order_id);
    RETURN NEW;
END $$;
CREATE TRIGGER asked BEFORE INSERT ON charge
FOR EACH ROW EXECUTE FUNCTION asked();
"""
ASKED = "SELECT count(*) - count(DISTINCT order_id) FROM asked"
# Not charged, or not what it costs.
OWED = """
SELECT count(*) FILTER (
           WHERE cents IS DISTINCT FROM total_cents
       ) AS uncharged,
       count(*) FILTER (WHERE delivery.order_id IS NULL) AS undelivered
FROM orders
LEFT JOIN charge ON charge.order_id = orders.id
LEFT JOIN delivery ON delivery.order_id = orders.id
WHERE state <> 'canceled'
"""
# By how much the stock and the orders that live disagree.
OVERSOLD = f"""
SELECT coalesce(sum(abs({STOCK} - stock - sold)), 0)
FROM product, LATERAL (
    SELECT coalesce(sum(quantity), 0) AS sold
    FROM order_line JOIN orders ON orders.id = order_id
    WHERE product_id = product.id AND state <> 'canceled'
) AS line
WHERE product.id <= {PRODUCTS}
"""


def variables(database: str, redis: str) -> Mapping[str, str]:
    return {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "SECRET_KEY": "k" * 32,
        "ATTEMPTS_BY_NETWORK": "10000 per 15 minutes",
    }


def sign_up(email: str) -> Request:
    body = {"email": email, "password": seed.PASSWORD}
    return posted("/accounts", body)


async def enter(url: str) -> Account:
    body = {"email": seed.STAFF, "password": seed.PASSWORD}
    answer = await ask(url, posted("/tokens", body))
    return account(answer.json()["access_token"])


def order(mark: str, product: int, *mine: tuple[str, str]) -> Request:
    body = {"lines": [{"product_id": product, "quantity": 1}]}
    return posted("/orders", body, ("Idempotency-Key", mark), *mine)


def account(token: str) -> Account:
    mine = (("Authorization", f"Bearer {token}"),)

    def write(mark: str) -> Request:
        product = 1 + sum(mark.encode()) % PRODUCTS
        return order(mark, product, *mine)

    def read(written: Any) -> Request:
        return Request(f"/orders/{written['id']}", headers=mine)

    return Account(
        headers=mine,
        write=write,
        read=read,
        page=Request("/orders", headers=mine),
        cached=Request("/products/1"),
    )


async def rush(url: str, by: Account) -> float:
    """Of the last ten, how many more or fewer thirty clients get."""
    body = {"name": "the last ones", "price_cents": 1, "stock": LEFT}
    made = await ask(url, posted("/products", body, *by.headers))
    product = made.json()["id"]

    async def one() -> int:
        request = order(uuid.uuid4().hex, product, *by.headers)
        while True:
            found = await insist(url, request, 0.0)
            if found.first and found.first < 500:
                return found.first

    found = await asyncio.gather(*(one() for _ in range(RUSH)))
    return abs(LEFT - found.count(201))


OURS = System(
    label="the backend of this series",
    before=(("-c", PREPARE),),
    web=(*UVICORN, "--factory", f"{app.__name__}:create_app"),
    worker=("-m", worker.__name__),
    variables=variables,
    sign_up=sign_up,
    enter=enter,
    stored=STORED,
    owed=OWED,
    watch=WATCH,
    asked=ASKED,
    oversold=OVERSOLD,
    rush=rush,
)
