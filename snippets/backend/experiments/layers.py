"""What an order costs in processor time, layer by layer.

One client places one order after another, so that nothing waits. Each
variant adds a layer to the one above it: the driver alone, the order's
statements on it, SQLAlchemy around them, the service with its mapped
classes, the endpoint called in this process, and the endpoint behind a
socket. Time of the application and of PostgreSQL, user and system, is
divided by the orders; that of the client is not in it.

What an order must cost is what its statements cost on the bare driver,
and what FastAPI needs to check such a body and to answer, behind a
socket. In theory: eight statements through a mapper cost about as much
again as the driver and the server each, since each is composed,
compiled or looked up, and made into objects; tokens, metrics and the
limits around a request are tens of microseconds each. So an order
costs at least half as much again, and not more than five times as
much. A trial before this one had 3.7 times.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg

from lab.experiment import (
    Claim,
    Experiment,
    Metric,
    Quantity,
    Round,
    Setting,
    Values,
    Variant,
)
from lab.inside.processor import processor
from lab.load import Closed, Plan, Request, generate, serve
from snippets.backend import app, migrations, seed
from snippets.backend.database.engine import create_engine
from snippets.backend.database.transactions import Transactions
from snippets.backend.experiments import _least
from snippets.backend.experiments._by_hand import (
    place,
    with_asyncpg,
    with_sqlalchemy,
)
from snippets.backend.experiments._ours import order
from snippets.backend.security.access import Keyring
from snippets.backend.services import orders
from snippets.backend.settings import Settings

ACCOUNT, PRODUCT = 1, 1
SECRET = "k" * 32
LATE_S = 0.1  # no time is measured but that of processors
MOST_A_SECOND = 1_000  # orders over a socket, each with its own key

Step = Callable[[], Awaitable[object]]


def settings_of(setting: Setting) -> Settings:
    given: dict[str, Any] = {
        "database_url": setting.dsn,
        "redis_url": setting.redis_url,
        "redis_prefix": setting.redis_prefix,
        "secret_key": SECRET,
    }
    return Settings(**given)


async def prepare(setting: Setting) -> None:
    settings = settings_of(setting)
    await asyncio.to_thread(migrations.upgrade, settings)
    await asyncio.to_thread(seed.seed, settings, PRODUCT)


def key() -> str:
    return uuid.uuid4().hex


async def repeated(setting: Setting, step: Step) -> Values:
    """Processor time of a step, when it has been done some times."""
    conditions = setting.conditions
    for _ in range(conditions["warm"]):
        await step()
    count = conditions["orders"]
    with processor(setting.dsn) as server:
        before_s = time.process_time()
        for _ in range(count):
            await step()
        used_s = time.process_time() - before_s
    return {
        "application": used_s / count,
        "postgres": server.seconds / count,
    }


async def select(setting: Setting) -> Values:
    connection = await asyncpg.connect(setting.dsn)
    try:
        return await repeated(
            setting, partial(connection.fetch, "SELECT 1")
        )
    finally:
        await connection.close()


async def driver(setting: Setting) -> Values:
    connection = await asyncpg.connect(setting.dsn)

    async def step() -> None:
        async with with_asyncpg(connection) as ask:
            await place(ask, ACCOUNT, key(), PRODUCT)

    try:
        return await repeated(setting, step)
    finally:
        await connection.close()


async def sqlalchemy(setting: Setting) -> Values:
    engine = create_engine(settings_of(setting), 1)

    async def step() -> None:
        async with with_sqlalchemy(engine) as ask:
            await place(ask, ACCOUNT, key(), PRODUCT)

    try:
        return await repeated(setting, step)
    finally:
        await engine.dispose()


async def service(setting: Setting) -> Values:
    settings = settings_of(setting)
    engine = create_engine(settings, 1)
    transactions = Transactions(engine, settings)

    async def step() -> None:
        work = partial(
            orders.place,
            account=ACCOUNT,
            key=key(),
            wanted={PRODUCT: 1},
        )
        await transactions.run(work, repeatable=True)

    try:
        return await repeated(setting, step)
    finally:
        await engine.dispose()


def signed_in(setting: Setting) -> tuple[str, str]:
    keyring = Keyring(settings_of(setting))
    token = keyring.issue(ACCOUNT, uuid.uuid4(), "customer")
    return ("Authorization", f"Bearer {token}")


class RefusedError(Exception):
    """The endpoint did not take the order."""


async def endpoint(setting: Setting) -> Values:
    shop = app.create_app(settings_of(setting))
    mine = signed_in(setting)

    async def step() -> None:
        request = order(key(), PRODUCT, mine)
        body = request.body.encode()
        status = 0

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)

        await shop(scope(request), receive, send)
        if status != 201:
            raise RefusedError(str(status))

    async with shop.router.lifespan_context(shop):
        return await repeated(setting, step)


def scope(request: Request) -> dict[str, Any]:
    """The request as a server hands it on."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (name.lower().encode(), value.encode())
            for name, value in request.headers
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
    }


async def served(setting: Setting, target: str) -> Values:
    """Behind a socket; the client is a process of its own."""
    variables = {
        "DATABASE_URL": setting.dsn,
        "REDIS_URL": setting.redis_url,
        "REDIS_PREFIX": setting.redis_prefix,
        "SECRET_KEY": SECRET,
    }
    mine, seconds = signed_in(setting), setting.conditions["seconds"]

    def plan(url: str, during: float) -> Plan:
        count = int(MOST_A_SECOND * during)
        sent = tuple(order(key(), PRODUCT, mine) for _ in range(count))
        return Plan(
            url, Closed(1), during, requests=sent, lag_bound_s=LATE_S
        )

    with serve(target, {}, environment=variables) as running:
        warm = plan(running.url, setting.conditions["settle_s"])
        await generate(warm)
        with processor(setting.dsn) as server:
            before_s = running.processor_s()
            load = await generate(plan(running.url, seconds))
            used_s = running.processor_s() - before_s
    setting.disturbed(load.void)
    if load.errors:
        raise RefusedError(json.dumps(load.errors))
    return {
        "application": used_s / len(load.sent),
        "postgres": server.seconds / len(load.sent),
    }


def total(found: Round, variant: str) -> float:
    return sum(found[variant].values())


def least(found: Round) -> float:
    """The statements on the driver, and FastAPI behind a socket."""
    return total(found, "driver") + found["least"]["application"]


def cost(label: str, variant: str) -> Quantity:
    return Quantity(
        label=label, unit="s", of=lambda found: total(found, variant)
    )


EXPERIMENT = Experiment(
    question="What is an order's processor time spent on?",
    needs=frozenset({"postgres", "redis"}),
    conditions={
        "orders": 400,
        "warm": 40,
        "seconds": 2.0,
        "settle_s": 0.5,
    },
    rehearsal={
        "orders": 5,
        "warm": 1,
        "seconds": 0.2,
        "settle_s": 0.1,
    },
    rounds=3,
    prepare=prepare,
    metrics={
        "application": Metric(label="application, an order", unit="s"),
        "postgres": Metric(label="PostgreSQL", unit="s"),
    },
    variants={
        "select": Variant(label="SELECT 1 on asyncpg", run=select),
        "driver": Variant(
            label="the order's statements on asyncpg", run=driver
        ),
        "sqlalchemy": Variant(
            label="the same through SQLAlchemy's connection",
            run=sqlalchemy,
        ),
        "service": Variant(
            label="the service, with mapped classes", run=service
        ),
        "endpoint": Variant(
            label="the endpoint, in the process", run=endpoint
        ),
        "socket": Variant(
            label="the endpoint, behind a socket",
            run=partial(served, target=f"{app.__name__}:create_app"),
            baseline=True,
        ),
        "least": Variant(
            label="FastAPI alone, behind a socket",
            run=partial(served, target=f"{_least.__name__}:create_app"),
        ),
    },
    quantities={
        "order": cost("processor time of an order", "socket"),
        "driver": cost("of that, its statements on asyncpg", "driver"),
        "service": cost("of that, the service in all", "service"),
        "least": Quantity(
            label="what PostgreSQL, driver and framework must cost",
            unit="s",
            of=least,
        ),
        "times": Quantity(
            label="an order, against what it must cost",
            unit="×",
            of=lambda found: total(found, "socket") / least(found),
        ),
        "postgres": Quantity(
            label="PostgreSQL's share of an order",
            unit="%",
            of=lambda found: (
                100
                * found["socket"]["postgres"]
                / total(found, "socket")
            ),
        ),
        "mapper": Quantity(
            label="the service, against its statements on asyncpg",
            unit="×",
            of=lambda found: (
                total(found, "service") / total(found, "driver")
            ),
        ),
    },
    claims=(
        Claim(
            "An order costs at least half as much again as the"
            " statements, the driver and the framework that it needs",
            quantity="times",
            at_least=1.5,
        ),
        Claim(
            "and at most five times as much",
            quantity="times",
            at_most=5.0,
        ),
        Claim(
            "Half of the processor time or more is not PostgreSQL's",
            quantity="postgres",
            at_most=50.0,
        ),
    ),
)
