"""Endpoints written with `def` that keep a connection: threads and pool wait for each other."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import JSONResponse
from pydantic import ConfigDict
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from starlette.types import ASGIApp, Receive, Scope, Send

from snippets.concurrency import errors_session, naive_session, session
from snippets.concurrency.crowd import ANSWERED, CONNECTIONS, THREADS, CreateApp, crowd
from snippets.concurrency.experiments.exhaustion import served
from snippets.concurrency.orders import ORDER, SCHEMA, Order, connected

SOON_S = 0.3  # a pool's timeout where it must run out
CROWDS = 5
PATIENT_S = 30.0  # and where it must not
ENOUGH = THREADS + CONNECTIONS

Route = Callable[[FastAPI, Any], None]
"""Adds an endpoint that reads an order through the session of a dependency."""


class Together:
    """Holds every request until all of them have come, so that none is done before the last is.

    Args:
        app: what they are then passed to.
        requests: how many come.
    """

    def __init__(self, app: ASGIApp, requests: int) -> None:
        self._app, self._missing = app, requests
        self._all = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when the last one is here."""
        self._missing -= 1
        if not self._missing:
            self._all.set()
        await self._all.wait()
        await self._app(scope, receive, send)


async def at_once(app: FastAPI, requests: int) -> Counter[str]:
    """What a crowd is told of which all are there before the first is served."""
    app.add_middleware(Together, requests=requests)
    return await crowd(app, requests)


@pytest.fixture(scope="session")
def orders(template: Callable[[str], str]) -> str:
    return template(SCHEMA)


@pytest.fixture
def orders_dsn(clone: Callable[[str], str], orders: str) -> str:
    return clone(orders)


async def refused(
    create_app: CreateApp,
    dsn: str,
    requests: int,
    size: int = 5,
    overflow: int = 10,
    threads: int = THREADS,
) -> int:
    """How many of as many requests at once got no connection.

    The pool's patience ends soon where there are enough requests to stop each other, so that the
    test does; where there are not, it does not end while the test runs. Just enough of them do if
    all are there before the first is done: one of a few crowds always was.
    """
    stuck = requests >= threads + size + overflow
    engine = connected(dsn, size, overflow, timeout_s=SOON_S if stuck else PATIENT_S)
    limit = f"QueuePool limit of size {size} overflow {overflow} reached, connection timed out"
    answered = requests
    try:
        for _ in range(CROWDS if stuck else 1):
            said = await at_once(create_app(engine), requests)
            assert all(text == ANSWERED or text.startswith(limit) for text in said)
            answered = said[ANSWERED]
            if answered < requests:
                break
    finally:
        engine.dispose()
    return requests - answered


def with_session(route: Route, **options: Any) -> CreateApp:
    """An app with one endpoint and a session for each request."""

    def create_app(engine: Engine) -> FastAPI:
        app = FastAPI()

        def get_session() -> Iterator[Session]:
            with Session(engine) as session:
                yield session

        route(app, Depends(get_session, **options))
        return app

    return create_app


def read(session: Session, order_id: int) -> Order:
    row = session.execute(ORDER, {"id": order_id}).one()
    return Order(id=row.id, item=row.item)


def validated(app: FastAPI, session: Any) -> None:
    @app.get("/orders/{order_id}")
    def order(order_id: int, session: Session = session) -> Order:
        return read(session, order_id)


def validated_as_a_dict(app: FastAPI, session: Any) -> None:
    @app.get("/orders/{order_id}")
    def order(order_id: int, session: Session = session) -> dict[str, Any]:
        return read(session, order_id).model_dump()


def with_a_background_task(app: FastAPI, session: Any) -> None:
    @app.get("/orders/{order_id}", response_model=None)
    def order(order_id: int, tasks: BackgroundTasks, session: Session = session) -> Order:
        tasks.add_task(len, "a function that is not async")
        return read(session, order_id)


def not_validated(app: FastAPI, session: Any) -> None:
    @app.get("/orders/{order_id}", response_model=None)
    def order(order_id: int, session: Session = session) -> Order:
        return read(session, order_id)


def responding(app: FastAPI, session: Any) -> None:
    @app.get("/orders/{order_id}")
    def order(order_id: int, session: Session = session) -> JSONResponse:
        return JSONResponse(read(session, order_id).model_dump())


def committed(app: FastAPI, session: Any) -> None:
    @app.get("/orders/{order_id}")
    def order(order_id: int, session: Session = session) -> Order:
        order = read(session, order_id)
        session.commit()
        return order


@pytest.mark.naive("snippets/concurrency/naive_session.py")
async def test_as_many_requests_as_threads_and_connections_stop_each_other(
    orders_dsn: str,
) -> None:
    assert await refused(naive_session.create_app, orders_dsn, ENOUGH) > 0


@pytest.mark.naive("snippets/concurrency/naive_session.py")
async def test_one_request_less_and_all_are_answered(orders_dsn: str) -> None:
    assert await refused(naive_session.create_app, orders_dsn, ENOUGH - 1) == 0


@pytest.mark.naive("snippets/concurrency/naive_session.py")
async def test_what_needs_neither_a_thread_nor_a_connection_is_answered_meanwhile(
    orders_dsn: str,
) -> None:
    engine = connected(orders_dsn, timeout_s=SOON_S)
    app = naive_session.create_app(engine)

    @app.get("/health")
    async def health() -> str:
        return "ok"

    limiter = anyio.to_thread.current_default_thread_limiter()
    crowded = asyncio.create_task(crowd(app, ENOUGH))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        await until_stopped(engine, limiter)
        assert (await client.get("http://app/health")).status_code == 200
        assert not crowded.done()
    await crowded
    engine.dispose()


async def until_stopped(engine: Engine, limiter: anyio.CapacityLimiter) -> None:
    """All threads and all connections are taken."""
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    async with asyncio.timeout(30):
        for _ in iter(
            lambda: limiter.available_tokens == 0 and pool.checkedout() == CONNECTIONS, True
        ):
            await asyncio.sleep(0)


async def test_a_dependency_that_has_queried_is_enough_to_stop_them(orders_dsn: str) -> None:
    assert await refused(errors_session.create_app, orders_dsn, ENOUGH - 1) == 0
    assert await refused(errors_session.create_app, orders_dsn, ENOUGH) > 0


@pytest.mark.naive("snippets/concurrency/naive_session.py")
async def test_a_bigger_pool_only_moves_the_number(orders_dsn: str) -> None:
    enough, pool = THREADS + 40, {"size": 40, "overflow": 0}
    assert await refused(naive_session.create_app, orders_dsn, enough - 1, **pool) == 0
    assert await refused(naive_session.create_app, orders_dsn, enough, **pool) > 0


@pytest.mark.naive("snippets/concurrency/naive_session.py")
async def test_fewer_threads_than_connections_stop_each_other_sooner(orders_dsn: str) -> None:
    anyio.to_thread.current_default_thread_limiter().total_tokens = 16
    pool = {"size": 10, "overflow": 10, "threads": 16}
    assert await refused(naive_session.create_app, orders_dsn, 16 + 20, **pool) > 0


@pytest.mark.parametrize(
    ("route", "options"),
    [
        (validated, {}),
        (validated, {"scope": "function"}),
        (validated_as_a_dict, {}),
        (with_a_background_task, {}),
    ],
)
async def test_whatever_needs_a_thread_while_the_session_has_a_connection_stops_them(
    route: Route, options: dict[str, Any], orders_dsn: str
) -> None:
    create_app = with_session(route, **options)
    assert await refused(create_app, orders_dsn, ENOUGH - 1) == 0
    assert await refused(create_app, orders_dsn, ENOUGH) > 0


@pytest.mark.parametrize(
    "create_app",
    [
        session.create_app,
        errors_session.create_app_ending,
        *map(with_session, (not_validated, responding, committed)),
        with_session(with_a_background_task, scope="function"),
    ],
)
async def test_nobody_is_stopped_when_the_connection_is_back_before_a_thread_is_needed(
    create_app: CreateApp, orders_dsn: str
) -> None:
    engine = connected(orders_dsn, timeout_s=PATIENT_S)
    said = await crowd(create_app(engine), 2 * ENOUGH)
    engine.dispose()
    assert said == {ANSWERED: 2 * ENOUGH}


async def test_with_a_second_session_as_many_requests_as_connections_are_enough(
    orders_dsn: str,
) -> None:
    """A user's session from a dependency, and one that the endpoint opens and closes itself."""
    each_has_one = threading.Barrier(CONNECTIONS)

    def create_app(engine: Engine) -> FastAPI:
        app = FastAPI()

        def user() -> Iterator[str]:
            with Session(engine) as session:
                name = errors_session.get_user(session)
                each_has_one.wait(timeout=PATIENT_S)
                yield name

        @app.get("/orders/{order_id}", dependencies=[Depends(user)])
        def order(order_id: int) -> Order:
            with Session(engine) as session:
                return read(session, order_id)

        return app

    engine = connected(orders_dsn, timeout_s=SOON_S)
    said = await crowd(create_app(engine), CONNECTIONS)
    engine.dispose()
    assert said[ANSWERED] < CONNECTIONS
    each_has_one = threading.Barrier(CONNECTIONS - 1)
    assert await refused(create_app, orders_dsn, CONNECTIONS - 1) == 0


async def test_an_async_endpoint_with_a_sync_session_stops_the_loop_for_the_whole_timeout(
    orders_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing runs while the loop waits for a connection that only the loop could give back."""

    def asynchronous(app: FastAPI, session: Any) -> None:
        @app.get("/orders/{order_id}")
        async def order(order_id: int, session: Session = session) -> Order:
            return read(session, order_id)

    engine = connected(orders_dsn, size=1, overflow=0, timeout_s=SOON_S)
    turns, during_waits = 0, list[int]()
    check_out = engine.pool._do_get

    def counted() -> ConnectionPoolEntry:
        before = turns
        try:
            return check_out()
        except PoolTimeout:
            during_waits.append(turns - before)
            raise

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(engine.pool, "_do_get", counted)
    counting = asyncio.create_task(count_turns())
    said = await crowd(with_session(asynchronous)(engine), 3)
    counting.cancel()
    engine.dispose()
    assert said[ANSWERED] < 3
    assert during_waits == (3 - said[ANSWERED]) * [0]
    assert turns > 0


@pytest.mark.parametrize(
    "create_app",
    [
        naive_session.create_app,
        session.create_app,
        errors_session.create_app,
        errors_session.create_app_ending,
    ],
)
async def test_every_app_reads_an_order(create_app: CreateApp, orders_dsn: str) -> None:
    engine = connected(orders_dsn)
    transport = httpx.ASGITransport(create_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        assert (await client.get("/orders/42")).json() == {"id": 42, "item": "item 42"}
    engine.dispose()


async def test_an_object_that_expired_is_read_again_while_it_is_validated(
    orders_dsn: str,
) -> None:
    class Stored(DeclarativeBase):
        pass

    class StoredOrder(Stored):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        item: Mapped[str]

    class Shown(Order):
        model_config = ConfigDict(from_attributes=True)

    def expiring(app: FastAPI, session: Any) -> None:
        @app.get("/orders/{order_id}", response_model=Shown)
        def order(order_id: int, session: Session = session) -> StoredOrder:
            with session.begin():
                return session.get_one(StoredOrder, order_id)

    engine = connected(orders_dsn)
    statements: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def executed(*of: Any) -> None:
        statements.append(of[2])

    assert await crowd(with_session(expiring)(engine), 1) == {ANSWERED: 1}
    engine.dispose()
    assert len(statements) == 2


def test_a_transaction_that_somebody_left_open_is_not_begun_again(orders_dsn: str) -> None:
    engine = connected(orders_dsn)
    with Session(engine) as session:
        errors_session.get_user(session)
        with pytest.raises(InvalidRequestError, match="already begun"):
            errors_session.get_user_ending(session)
    engine.dispose()


async def test_the_limit_of_the_server_counts_connections_that_ask_for_nothing() -> None:
    async with (
        AsyncExitStack() as idle,
        served(FastAPI(), limit_concurrency=10) as url,
        httpx.AsyncClient() as client,
    ):
        assert (await client.get(f"{url}/docs")).status_code == 200
        for _ in range(10):
            _, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
            idle.callback(writer.close)
        assert (await client.get(f"{url}/docs")).status_code == 503


async def test_no_order_is_a_404(orders_dsn: str) -> None:
    engine = connected(orders_dsn)
    transport = httpx.ASGITransport(session.create_app(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        assert (await client.get("/orders/0")).status_code == 404
    engine.dispose()
