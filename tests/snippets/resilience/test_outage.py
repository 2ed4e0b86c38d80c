"""Which failures are the service's."""

import socket

import httpx
import pytest
import redis
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from snippets.resilience.outage import served


def database_error(sqlstate: str | None, lost: bool = False) -> DBAPIError:
    cause = Exception()
    cause.sqlstate = sqlstate  # type: ignore[attr-defined]
    return DBAPIError("SELECT 1", {}, cause, connection_invalidated=lost)


def no_host_takes_writes() -> DBAPIError:
    cause = Exception()
    cause.__cause__ = TargetServerAttributeNotMatched("None of the hosts match")
    return DBAPIError(None, None, cause)


def status(code: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://service/")
    return httpx.HTTPStatusError("", request=request, response=httpx.Response(code))


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectionRefusedError(),
        OSError("no route to host"),
        socket.gaierror(socket.EAI_AGAIN, "try again"),
        httpx.ConnectError(""),
        httpx.ReadTimeout(""),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        status(500),
        status(503),
        database_error("57P03"),
        database_error("53300"),
        database_error(None, lost=True),
        no_host_takes_writes(),
        redis.exceptions.ConnectionError(),
        redis.exceptions.TimeoutError(),
    ],
    ids=repr,
)
def test_an_outage(error: Exception) -> None:
    assert served(error) is False


@pytest.mark.parametrize(
    "error",
    [status(404), status(429), status(499), database_error("23505"), database_error("57014")],
    ids=repr,
)
def test_an_answer_although_an_error(error: Exception) -> None:
    assert served(error) is True


@pytest.mark.parametrize(
    "error",
    [
        httpx.PoolTimeout(""),
        redis.exceptions.MaxConnectionsError(),
        NoConnectionFree(),
        httpx.UnsupportedProtocol("http// is none"),
        ValueError(),
        KeyError("id"),
    ],
    ids=repr,
)
def test_what_says_nothing_about_the_service(error: Exception) -> None:
    assert served(error) is None
