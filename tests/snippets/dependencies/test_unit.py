"""When a session ends, over a real socket: what clients are told, and what is stored."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from typing import Annotated, cast

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.pool import QueuePool
from starlette.requests import ClientDisconnect
from starlette.types import Message

from snippets.dependencies import confirmed, exits, hangups, naive_unit, slow_readers, unit
from snippets.dependencies.asked import ask
from snippets.dependencies.confirmed import Outcome, order
from snippets.dependencies.naive_unit import Session
from snippets.dependencies.orders import CreateApp, Order, Placed, prepared, stored
from snippets.dependencies.served import served
from snippets.dependencies.slow_readers import Scope
from snippets.dependencies.unit import Work, unit_of_work
from snippets.dependencies.work import Reading


@pytest.mark.naive("snippets/dependencies/naive_unit.py")
async def test_a_mail_that_fails_undoes_an_order_that_was_confirmed(dsn: str) -> None:
    assert await order(dsn, naive_unit.create_app) == Outcome(status=201, rows=0)


async def test_what_was_confirmed_is_stored_before_the_mail_fails(dsn: str) -> None:
    assert await order(dsn, unit.create_app) == Outcome(status=201, rows=1)


@pytest.mark.parametrize(
    ("path", "request_scope", "function_scope", "ours"),
    [
        ("commit-fails", "201, 0", "500, 0", "500, 0"),
        ("mail-fails", "201, 0", "201, 1", "201, 1"),
        ("task-writes", "201, 1", "201, 0 *", "201, 1"),
        ("stream-reads", "201, 0", "201, 0 *", "201, 0"),
        ("returns-a-409", "409, 1", "409, 1", "409, 0"),
        ("raises-a-409", "409, 0", "409, 0", "409, 0"),
        ("answer-is-invalid", "500, 0", "500, 0", "500, 0"),
        ("409-after-the-yield", "201, 1", "409, 1", "409, 0"),
    ],
)
@pytest.mark.parametrize("way", exits.WAYS)
@pytest.mark.filterwarnings("ignore:The garbage collector is trying")
async def test_each_exit(
    way: str, path: str, request_scope: str, function_scope: str, ours: str, dsn: str
) -> None:
    expected = dict(zip(exits.WAYS, (request_scope, function_scope, ours), strict=True))

    assert await exits.outcome(dsn, way, path) == expected[way]


def test_the_table_has_every_path() -> None:
    assert len(exits.PATHS) == 8


async def test_what_a_client_that_hangs_up_leaves_of_a_stream(dsn: str) -> None:
    assert hangups.READ <= await hangups.hang_up(dsn, "/one-session") < hangups.ROWS


async def test_a_transaction_within_the_stream_is_undone_with_it(dsn: str) -> None:
    assert await hangups.hang_up(dsn, "/all-or-nothing") == 0


async def test_a_stream_that_is_read_to_its_end_is_stored(dsn: str) -> None:
    assert await hangups.hang_up(dsn, "/all-or-nothing", read=hangups.ROWS + 1) == hangups.ROWS


async def test_a_session_for_reading_cannot_write(dsn: str) -> None:
    app = FastAPI()

    @app.post("/")
    async def write(session: Reading) -> None:
        session.add(Order("A-1"))
        await session.flush()

    async with prepared(dsn) as engine:
        app.state.sessions = async_sessionmaker(engine)
        async with served(app) as client:
            assert (await client.post("/")).status_code == httpx.codes.INTERNAL_SERVER_ERROR


@pytest.mark.parametrize(
    ("path", "middleware", "scope", "told"),
    [
        ("/whole", False, "request", 200),
        ("/whole", False, "function", 200),
        ("/whole", True, "request", 500),
        ("/whole", True, "function", 200),
        ("/stream", False, "request", 500),
        ("/stream", False, "function", 200),
    ],
)
async def test_who_holds_a_connection_while_clients_read_nothing(
    path: str, middleware: bool, scope: Scope, told: int, dsn: str
) -> None:
    assert await slow_readers.third(dsn, path, scope, middleware) == told


@pytest.mark.parametrize("session_of", [Session, Work], ids=["default", "function"])
async def test_an_ordinary_endpoint_outlives_its_client_and_commits(
    session_of: object, dsn: str
) -> None:
    app, begun = FastAPI(), asyncio.Event()

    @app.post("/")
    async def slow(session: session_of) -> None:  # type: ignore[valid-type]
        begun.set()
        await asyncio.sleep(0.2)
        cast("AsyncSession", session).add(Order("A-1"))

    async with prepared(dsn) as engine:
        app.state.sessions = async_sessionmaker(engine)
        async with served(app) as client:
            asking = asyncio.create_task(client.post("/"))
            await begun.wait()
            asking.cancel()
        async with engine.connect() as connection:
            assert await stored(connection) == 1


async def test_a_commit_in_the_endpoint_stores_what_an_invalid_answer_denies(dsn: str) -> None:
    app = FastAPI()

    @app.post("/")
    async def place(request: Request) -> Placed:
        async with request.app.state.sessions.begin() as session:
            session.add(Order("A-1"))
        return cast("Placed", {"number": None})

    async with prepared(dsn) as engine:
        app.state.sessions = async_sessionmaker(engine)
        async with served(app) as client:
            assert (await client.post("/")).status_code == httpx.codes.INTERNAL_SERVER_ERROR
        async with engine.connect() as connection:
            assert await stored(connection) == 1


async def test_both_scopes_in_one_request_need_two_connections(dsn: str) -> None:
    app = FastAPI()

    async def user(session: Annotated[AsyncSession, Depends(unit_of_work)]) -> None:
        await session.execute(text("SELECT 1"))

    @app.get("/", dependencies=[Depends(user)])
    async def read(work: Work) -> None:
        await work.execute(text("SELECT 1"))

    async with prepared(dsn, pool_size=2, wait_s=0.1) as engine:
        app.state.sessions = async_sessionmaker(engine)
        assert await ask(app, "/") == "200 null"
        async with engine.connect():
            with pytest.raises(PoolTimeout):
                await ask(app, "/")


@pytest.mark.parametrize(("autocommit", "held"), [(False, 0), (True, 1)])
async def test_a_session_gives_its_connection_back_when_the_endpoint_commits(
    autocommit: bool, held: int, dsn: str
) -> None:
    app, during_the_task = FastAPI(), []

    async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
        async with request.app.state.sessions() as session:
            yield session

    async with prepared(dsn) as engine:
        pool = cast("QueuePool", engine.pool)

        async def send_mail() -> None:
            during_the_task.append(pool.checkedout())

        @app.post("/")
        async def place(
            tasks: BackgroundTasks, session: Annotated[AsyncSession, Depends(get_session)]
        ) -> None:
            session.add(Order("A-1"))
            await session.flush()
            if not autocommit:
                await session.commit()
            tasks.add_task(send_mail)

        bind = engine.execution_options(isolation_level="AUTOCOMMIT") if autocommit else engine
        app.state.sessions = async_sessionmaker(bind)
        async with served(app) as client:
            await client.post("/")
        async with engine.connect() as connection:
            assert await stored(connection) == 1
    assert during_the_task == [held]


@pytest.mark.parametrize(("scope", "rows"), [("request", 1), ("function", 0)])
@pytest.mark.filterwarnings("ignore:The garbage collector is trying")
async def test_function_scope_ends_before_an_endpoint_that_yields_begins(
    scope: Scope, rows: int, dsn: str
) -> None:
    app = FastAPI()

    @app.post("/")
    async def place(
        session: Annotated[AsyncSession, Depends(unit_of_work, scope=scope)],
    ) -> AsyncIterator[str]:
        session.add(Order("A-1"))
        await session.flush()
        yield "A-1"

    async with prepared(dsn) as engine:
        app.state.sessions = async_sessionmaker(engine)
        async with served(app) as client:
            assert (await client.post("/")).text == '"A-1"\n'
        gc.collect()
        async with engine.connect() as connection:
            assert await stored(connection) == rows


@pytest.mark.parametrize(
    ("version", "told"), [("2.3", None), ("2.4", ClientDisconnect)], ids=["2.3", "2.4"]
)
async def test_from_asgi_2_4_on_a_dependency_is_told_that_the_client_of_a_stream_is_gone(
    version: str, told: type[Exception] | None
) -> None:
    app, sent = FastAPI(), asyncio.Event()
    ends: list[type[Exception] | None] = []

    async def watch() -> AsyncIterator[None]:
        try:
            yield
        except Exception as error:
            ends.append(type(error))
            raise
        ends.append(None)

    @app.get("/", dependencies=[Depends(watch)])
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "first"
            sent.set()
            await asyncio.sleep(0)
            yield "second"
            await asyncio.sleep(5)

        return StreamingResponse(lines())

    async def receive() -> Message:
        await sent.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        """From 2.4 on, a server says so when its client is gone."""
        if sent.is_set() and version == "2.4":
            raise OSError

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    with contextlib.suppress(ClientDisconnect):
        await app({**scope, "asgi": {"spec_version": version}}, receive, send)
    assert ends == [told]


def test_what_a_demonstration_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], services: None
) -> None:
    async def none(dsn: str, create_app: CreateApp) -> Outcome:
        return Outcome(201, 0)

    monkeypatch.setattr(confirmed, "order", none)
    confirmed.demonstrate(naive_unit.create_app)

    assert capsys.readouterr().out == "the client was told 201\norders stored: 0\n"
