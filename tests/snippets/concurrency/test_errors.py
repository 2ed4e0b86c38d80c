"""The errors of this article, raised and mended."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

import lab
from snippets.concurrency import errors_loop as loops
from snippets.concurrency import errors_operation as operation
from snippets.concurrency import errors_pool_timeout as pool_timeout
from snippets.concurrency import errors_poolclass as poolclass
from snippets.concurrency import upstream as upstreams
from tests.cancellation import canceled_at, ended_in_turn


@pytest.fixture
async def tables_dsn(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    await connection.execute(operation.TABLES)
    await connection.close()
    return dsn


async def test_two_statements_on_one_connection_at_once_raise(tables_dsn: str) -> None:
    text = "^cannot perform operation: another operation is in progress$"
    with pytest.raises(asyncpg.InterfaceError, match=text):
        await operation.count(tables_dsn)


async def test_a_listener_that_queries_its_own_connection_meets_what_that_is_doing(
    dsn: str,
) -> None:
    connection, other = [await asyncpg.connect(dsn) for _ in range(2)]
    queries: list[asyncio.Task[Any]] = []

    def notified(*of: Any) -> None:
        queries.append(asyncio.create_task(connection.fetchval("SELECT 1")))

    await connection.add_listener("orders", notified)
    await other.execute("NOTIFY orders, 'first'; NOTIFY orders, 'second'")
    async with asyncio.timeout(30):
        for _ in iter(lambda: len(queries), 2):
            await asyncio.sleep(0)
    answers = await asyncio.gather(*queries, return_exceptions=True)
    assert [str(answer) for answer in answers] == [
        "1",
        "cannot perform operation: another operation is in progress",
    ]
    await connection.close()
    await other.close()


async def test_two_statements_on_two_connections_do_not(tables_dsn: str) -> None:
    assert await operation.count_pooled(tables_dsn) == [0, 0]


async def test_they_run_in_two_server_processes(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "ORDERS", "SELECT pg_backend_pid()")
    monkeypatch.setattr(operation, "PAYMENTS", "SELECT pg_backend_pid()")
    assert len(set(await operation.count_pooled(dsn))) == 2


def test_an_async_engine_refuses_the_pool_of_the_sync_one() -> None:
    text = "^Pool class QueuePool cannot be used with asyncio engine"
    with pytest.raises(ArgumentError, match=text):
        poolclass.with_queue_pool(poolclass.DATABASE)


def test_a_sync_engine_refuses_the_pool_of_the_async_one() -> None:
    text = "^Pool class AsyncAdaptedQueuePool cannot be used with non-asyncio engine"
    with pytest.raises(ArgumentError, match=text):
        create_engine("postgresql+psycopg://", poolclass=AsyncAdaptedQueuePool)


def test_an_async_engine_without_a_pool_class_has_the_async_one() -> None:
    pool = poolclass.with_default_pool(poolclass.DATABASE).pool
    assert type(pool) is AsyncAdaptedQueuePool
    assert pool.size() == 10


@pytest.fixture
def url(dsn: str) -> URL:
    """The same database, for SQLAlchemy."""
    return make_url(dsn).set(drivername="postgresql+asyncpg")


def last_words(dsn: str, code: str) -> str:
    """The last line that a program of its own prints when it fails.

    What two loops share is left to the garbage collector, which would complain in another test.
    """
    url = make_url(dsn).set(drivername="postgresql+asyncpg").render_as_string(False)
    given = (
        f"import asyncio, asyncpg, sqlalchemy\ndsn, url = {dsn!r}, sqlalchemy.make_url({url!r})\n"
    )
    program = [sys.executable, "-W", "ignore", "-c", given + textwrap.dedent(code)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, bool(done.stdout)) == (1, True), done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("end", ["close", "commit"])
def test_a_task_that_still_reads_when_its_session_ends_or_commits_makes_that_raise(
    end: str, dsn: str
) -> None:
    code = f"""
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

    async def main():
        session = AsyncSession(create_async_engine(url))
        await session.execute(sqlalchemy.text("SELECT 1"))
        task = asyncio.create_task(session.execute(sqlalchemy.text("SELECT pg_sleep(0.3)")))
        await asyncio.sleep(0.05)
        try:
            await session.{end}()
        except sqlalchemy.exc.InterfaceError as error:
            print(str(error.orig).rpartition(": ")[2])
            raise SystemExit(1)

    asyncio.run(main())
    """
    assert last_words(dsn, code) == "another operation is in progress"


def test_an_engine_in_a_second_loop_is_attached_to_the_first(dsn: str) -> None:
    code = """
    from snippets.concurrency.errors_loop import twice
    try:
        twice(url)
    except RuntimeError as error:
        print(error)
        raise SystemExit(1)
    """
    assert "got Future" in last_words(dsn, code)
    assert last_words(dsn, code).endswith("attached to a different loop")


def test_an_engine_in_one_loop_can_be_used_again(url: URL) -> None:
    assert loops.in_one_loop(url) == [42, 42]


def test_without_a_pool_each_loop_opens_its_own_connection(url: URL) -> None:
    assert loops.without_pool(url) == [42, 42]


# What nobody holds is left to the collector; on Python 3.12, and not on 3.13, it is gone before.
LEFT = 0 if sys.version_info[:2] == (3, 12) else 1


@pytest.mark.parametrize(
    ("close", "outcome"), [(True, "42, 0, ['Event loop is closed']"), (False, f"42, {LEFT}, []")]
)
def test_an_engine_disposed_of_in_the_second_loop_complains_or_leaves_a_connection_open(
    close: bool, outcome: str, dsn: str
) -> None:
    code = f"""
    import gc, logging
    from sqlalchemy.ext.asyncio import create_async_engine
    from snippets.concurrency.errors_loop import read
    COUNT = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    said = []

    class Handler(logging.Handler):
        def emit(self, record):
            said.append(str(record.exc_info[1]))

    async def second():
        await engine.dispose(close={close})
        answer = await read(engine)
        own = await asyncpg.connect(dsn)
        before = await own.fetchval(COUNT)
        gc.collect()
        while not {close} and await own.fetchval(COUNT) > 2:  # our own, and the engine's new one
            await asyncio.sleep(0.01)
        print(answer, before - await own.fetchval(COUNT), said, sep=", ")

    logging.getLogger("sqlalchemy").addHandler(Handler())
    engine = create_async_engine(url)
    asyncio.run(read(engine))
    asyncio.run(second())
    raise SystemExit(1)
    """
    assert last_words(dsn, code) == outcome


def test_a_client_of_httpx_says_the_other_text_in_a_second_loop_and_then_goes_on(dsn: str) -> None:
    code = """
    import http.server, httpx, threading

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def do_GET(self):
            self.send_response(204)
            self.end_headers()
        def log_message(self, *of):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = httpx.AsyncClient(trust_env=False)
    said = []
    for _ in range(3):
        try:
            answer = asyncio.run(client.get(f"http://127.0.0.1:{server.server_port}/"))
            said.append(answer.status_code)
        except RuntimeError as error:
            said.append(str(error))
    print(said)
    raise SystemExit(1)
    """
    assert last_words(dsn, code) == "[204, 'Event loop is closed', 204]"


def test_a_client_of_redis_says_the_other_text_in_a_second_loop_and_then_goes_on(
    dsn: str, redis_lease: lab.RedisLease
) -> None:
    code = f"""
    from redis.asyncio import from_url
    client = from_url({redis_lease.url!r})
    said = []
    for _ in range(3):
        try:
            said.append(asyncio.run(client.ping()))
        except RuntimeError as error:
            said.append(str(error))
    print(said)
    raise SystemExit(1)
    """
    assert last_words(dsn, code) == "[True, 'Event loop is closed', True]"


def test_a_connection_that_outlives_its_loop_is_closed_by_the_collector_which_complains(
    dsn: str,
) -> None:
    code = """
    import gc, logging
    from sqlalchemy.ext.asyncio import create_async_engine
    said = []

    class Handler(logging.Handler):
        def emit(self, record):
            said.append(str(record.exc_info and record.exc_info[1]))

    async def connected():
        return await create_async_engine(url).connect()

    logging.getLogger("sqlalchemy").addHandler(Handler())
    kept = [asyncio.run(connected())]
    kept.clear()
    gc.collect()
    print(said[0])
    raise SystemExit(1)
    """
    assert last_words(dsn, code) == "Event loop is closed"


def test_a_ping_before_the_statement_waits_in_the_wrong_loop_too(dsn: str) -> None:
    code = """
    from sqlalchemy.ext.asyncio import create_async_engine
    from snippets.concurrency.errors_loop import read
    engine = create_async_engine(url, pool_pre_ping=True)
    try:
        for _ in range(2):
            asyncio.run(read(engine))
    except RuntimeError as error:
        print(error)
        raise SystemExit(1)
    """
    assert last_words(dsn, code).endswith("attached to a different loop")


def test_a_pool_of_another_loop_says_that_an_operation_is_in_progress(dsn: str) -> None:
    """As in pytest-asyncio's issue 402: a pool for all tests, a loop for each."""
    code = """
    async def opened():
        return await asyncpg.create_pool(dsn, min_size=1, max_size=1)

    async def read(pool):
        return await pool.fetchval("SELECT 42")

    first, second = asyncio.Runner(), asyncio.Runner()
    pool = first.run(opened())
    try:
        second.run(read(pool))
    except asyncpg.InterfaceError as error:
        own = second.run(opened())
        print(second.run(read(own)), error)
        raise SystemExit(1)
    """
    said = "42 cannot perform operation: another operation is in progress"
    assert last_words(dsn, code) == said


def test_an_engine_made_in_the_lifespan_is_in_the_loop_of_the_test_client(url: URL) -> None:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = create_async_engine(url)
        yield
        await app.state.engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def read(request: Request) -> int:
        return await loops.read(request.app.state.engine)

    for _ in range(2):
        with TestClient(app) as client:
            assert [client.get("/").json() for _ in range(2)] == [42, 42]


async def test_streams_that_nobody_closes_take_the_pool_of_httpx() -> None:
    async with (
        upstreams.listening() as upstream,
        pool_timeout.small_client(upstream.url) as client,
    ):
        with pytest.raises(httpx.PoolTimeout) as raised:
            await pool_timeout.statuses(client)
    assert str(raised.value) == ""


async def test_streams_that_are_closed_give_their_connections_back() -> None:
    async with (
        upstreams.listening() as upstream,
        pool_timeout.small_client(upstream.url) as client,
    ):
        assert await pool_timeout.statuses_closed(client) == [200] * 5


async def test_a_crowd_waits_outside_the_pool_without_a_limit_of_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in httpx's issue 1171: more tasks in gather than connections."""
    monkeypatch.setattr(upstreams, "PIECE_S", 0.03)
    async with upstreams.listening() as upstream:
        upstream.slow = True
        async with pool_timeout.small_client(upstream.url) as client:
            answers = await pool_timeout.crowd(client, limit=6)
            assert answers.count(200) == 2
            assert [type(answer) for answer in answers].count(httpx.PoolTimeout) == 4
        async with pool_timeout.small_client(upstream.url) as client:
            assert await pool_timeout.crowd(client, limit=2) == [200] * 6


async def test_a_request_that_is_canceled_can_keep_its_place_in_the_pool_for_good() -> None:
    """A fault of httpcore 1.0: nobody forgot to close anything."""
    async with upstreams.listening() as upstream:
        for wait in range(100):
            async with pool_timeout.small_client(upstream.url) as client:
                for _ in range(2):  # as many as the pool has connections
                    canceled = await canceled_at(wait, statuses(client))
                try:
                    await statuses(client)
                except httpx.PoolTimeout:
                    return
            assert canceled, "a request canceled at any of its waits gave its place back"


async def test_a_request_that_a_deadline_of_anyio_ends_gives_its_place_back() -> None:
    async with upstreams.listening() as upstream:
        for turn in range(40):
            async with pool_timeout.small_client(upstream.url) as client:
                for _ in range(2):  # as many as the pool has connections
                    with suppress(TimeoutError), ended_in_turn(turn):
                        await statuses(client)
                assert await statuses(client) == 200


async def test_a_request_that_ends_by_the_timeout_of_httpx_gives_its_place_back() -> None:
    async with upstreams.listening() as upstream, pool_timeout.small_client(upstream.url) as client:
        for _ in range(3):  # one more than the pool has connections
            with pytest.raises(httpx.ConnectTimeout):
                await client.get("/report", timeout=httpx.Timeout(5.0, connect=0.0))
        assert await statuses(client) == 200


async def statuses(client: httpx.AsyncClient) -> int:
    async with client.stream("GET", "/report") as response:
        return response.status_code
