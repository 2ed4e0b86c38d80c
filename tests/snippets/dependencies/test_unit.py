"""When a session ends, over a real socket: what clients are told, and what is stored."""

import asyncio
from typing import Annotated, cast

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from snippets.dependencies import exits, hangups, naive_unit, slow_readers, unit
from snippets.dependencies.asked import ask
from snippets.dependencies.confirmed import Outcome, order
from snippets.dependencies.naive_unit import Session
from snippets.dependencies.orders import Order, Placed, prepared, stored
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
    assert await slow_readers.third(dsn, scope, path, middleware) == told


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
