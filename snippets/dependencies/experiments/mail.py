"""A mail in the background, with the session of the request.

The application runs under uvicorn in a process of its own and places
orders, each with a mail that takes its time. A closed loop of clients
sends as many as are answered. Where the session ends with the request,
it keeps its connection while the mail is sent: so no more than the
connections of the pool, divided by the time of a mail, can be answered.

Without a mail, a lone client then reads each order as soon as it has
been told of it, on a connection that is open already. The answer
leaves before the commit begins, or after it has ended.
"""

from functools import partial

import httpx
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import CreateTable

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Setting,
    Values,
    Variant,
)
from lab.load import Closed, Plan, Request, generate, serve
from snippets.dependencies.orders import Base, Order
from snippets.dependencies.shop import CONNECTIONS

SHOP = "snippets.dependencies.shop:create_app"
ORDERS = (Request("/orders", method="POST"),)
MAIL_S = 0.05


class RefusedError(Exception):
    """An order was not placed."""


async def prepare(setting: Setting) -> None:
    engine = create_async_engine(
        make_url(setting.dsn).set(drivername="postgresql+asyncpg")
    )
    table = Base.metadata.tables[Order.__tablename__]
    async with engine.begin() as connection:
        await connection.execute(CreateTable(table))
    await engine.dispose()


async def throughput(
    setting: Setting, scope: str
) -> tuple[float, float]:
    """Orders a second, and the generator's share of a core."""
    arguments = {"dsn": setting.dsn, "scope": scope, "mail_s": MAIL_S}
    conditions = setting.conditions
    with serve(SHOP, arguments) as app:
        load = await generate(
            Plan(
                app.url,
                Closed(conditions["clients"]),
                seconds=conditions["seconds"],
                settle_s=conditions["settle_s"],
                requests=ORDERS,
            )
        )
    setting.disturbed(load.void)
    if load.errors:
        raise RefusedError(f"requests failed: {load.errors}")
    # In a closed loop each answer sends the next request: as many are
    # sent as are answered. `throughput` leaves out the clients that are
    # waiting when the seconds begin.
    return load.rate, load.processor


async def unseen(setting: Setting, scope: str) -> float:
    """The share of orders that are not found when they are told."""
    arguments = {"dsn": setting.dsn, "scope": scope, "mail_s": 0.0}
    reads = int(setting.conditions["reads"])
    missing = 0
    with serve(SHOP, arguments) as app:
        async with (
            httpx.AsyncClient(base_url=app.url) as writer,
            httpx.AsyncClient(base_url=app.url) as reader,
        ):
            await reader.get("/orders/none")  # opens its connection
            for _ in range(reads):
                placed = (await writer.post("/orders")).json()
                found = await reader.get(f"/orders/{placed['number']}")
                missing += found.status_code == httpx.codes.NOT_FOUND
    return missing / reads


async def run(setting: Setting, scope: str) -> Values:
    answered, generator = await throughput(setting, scope)
    return {
        "throughput": answered,
        "generator": 100 * generator,
        "unseen": 100 * await unseen(setting, scope),
    }


EXPERIMENT = Experiment(
    question="What does a session cost that ends with its request?",
    needs=frozenset({"postgres"}),
    prepare=prepare,
    conditions={
        "clients": 40,
        "seconds": 1.5,
        "settle_s": 0.5,
        "reads": 200,
    },
    rehearsal={
        "clients": 6,
        "seconds": 0.2,
        "settle_s": 0.0,
        "reads": 2,
    },
    rounds=3,
    metrics={
        "throughput": Metric(label="orders placed", unit="req/s"),
        "unseen": Metric(
            label="told, and not found a moment later", unit="%"
        ),
        "generator": Metric(
            label="a core's time that the generator used", unit="%"
        ),
    },
    variants={
        "request": Variant(
            label="default scope",
            run=partial(run, scope="request"),
            baseline=True,
        ),
        "function": Variant(
            label='scope="function"', run=partial(run, scope="function")
        ),
    },
    quantities={
        "request": Quantity(
            label="orders a second, default scope",
            unit="req/s",
            of=lambda r: r["request"]["throughput"],
        ),
        "gain": Quantity(
            label="orders placed, function scope against default",
            unit="×",
            of=lambda r: (
                r["function"]["throughput"] / r["request"]["throughput"]
            ),
        ),
        "unseen": Quantity(
            label="orders not found at once, default scope",
            unit="%",
            of=lambda r: r["request"]["unseen"],
        ),
        "unseen_function": Quantity(
            label="orders not found at once, function scope",
            unit="%",
            digits=1,
            of=lambda r: r["function"]["unseen"],
        ),
    },
    claims=(
        Claim(
            "In the default scope no more orders are placed than"
            " connections, divided by the time of a mail",
            quantity="request",
            at_most=CONNECTIONS / MAIL_S,
        ),
        Claim(
            "With function scope at least twice as many are placed",
            quantity="gain",
            at_least=2.0,
        ),
        Claim(
            "In the default scope at least one order in a hundred is"
            " not found as soon as its client knows of it",
            quantity="unseen",
            at_least=1.0,
        ),
        Claim(
            "With function scope every order is found at once",
            quantity="unseen_function",
            at_most=0.0,
        ),
    ),
)
