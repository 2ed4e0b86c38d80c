"""Which errors are tried again."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator

import pytest
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.resilience.transient import RAISE, may_retry, meet


@pytest.mark.parametrize(
    "sqlstate", ["40001", "40P01", "57P01", "57P02", "57P03", "53300", "08001", "08003", "08006"]
)
async def test_what_the_server_undid_or_could_not_begin(sqlstate: str, worker_dsn: str) -> None:
    error = await meet(worker_dsn, RAISE.format(sqlstate))
    assert isinstance(error, DBAPIError)
    assert may_retry(error)


@pytest.mark.parametrize(
    "sqlstate",
    [
        "23505",  # a duplicate stays one
        "57014",  # slow stays slow
        "42P01",  # no such table
        "55P03",  # lock timeout
        "25006",  # read-only: on this connection it stays so
        "08P01",  # PgBouncer refuses a startup parameter
        "28P01",  # wrong password
    ],
)
async def test_what_would_fail_again(sqlstate: str, worker_dsn: str) -> None:
    error = await meet(worker_dsn, RAISE.format(sqlstate))
    assert isinstance(error, DBAPIError)
    assert not may_retry(error)


async def test_a_statement_that_works_is_no_error(worker_dsn: str) -> None:
    assert await meet(worker_dsn, "SELECT 1") is None


@pytest.mark.parametrize("lost", [True, False])
def test_a_lost_connection(lost: bool) -> None:
    error = DBAPIError("SELECT 1", {}, Exception(), connection_invalidated=lost)
    assert may_retry(error) is lost


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        OSError(errno.EHOSTUNREACH, "No route to host"),
        OSError(errno.ENETUNREACH, "Network is unreachable"),
        OSError("Multiple exceptions: refused on ::1, refused on 127.0.0.1"),
        socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        FileNotFoundError("the socket of a server that is down"),
        OSError(errno.ETIMEDOUT, "Connection timed out"),
    ],
    ids=repr,
)
def test_a_server_that_is_not_there(error: BaseException) -> None:
    assert may_retry(error)


@pytest.mark.parametrize(
    "error",
    [TimeoutError(), asyncio.CancelledError(), ValueError(), NoConnectionFree()],
    ids=repr,
)
def test_a_deadline_or_a_full_pool_or_a_mistake_is_no_reason(error: BaseException) -> None:
    assert not may_retry(error)


@pytest.fixture
async def hanging_up() -> AsyncIterator[URL]:
    """A server that ends each connection in the middle of the greeting, as a crash does."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # may we use TLS?
        writer.write(b"N")
        await reader.read(1000)  # the startup message
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1")
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield make_url(f"postgresql+asyncpg://nobody@127.0.0.1:{port}/none")


async def test_a_connection_that_ends_while_it_is_made(hanging_up: URL) -> None:
    with pytest.raises(DBAPIError, match="closed in the middle of operation") as raised:
        await create_async_engine(hanging_up).connect()
    assert not raised.value.connection_invalidated  # SQLAlchemy does not count it
    assert may_retry(raised.value)


async def test_a_transaction_that_took_too_long_would_again(worker_dsn: str) -> None:
    query = "SELECT set_config('transaction_timeout', '10', true), pg_sleep(60)"
    error = await meet(worker_dsn, query)
    assert isinstance(error, DBAPIError)
    assert error.connection_invalidated  # the server ends the connection, too
    assert not may_retry(error)


async def test_a_moment_in_which_no_server_takes_writes(worker_dsn: str) -> None:
    url = make_url(worker_dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, connect_args={"target_session_attrs": "standby"})
    with pytest.raises(DBAPIError, match="None of the hosts match") as raised:
        await engine.connect()
    assert raised.value.orig
    assert isinstance(raised.value.orig.__cause__, TargetServerAttributeNotMatched)
    assert may_retry(raised.value)
    await engine.dispose()
