"""Which errors are tried again, and how often."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tenacity import wait_random_exponential

from snippets.resilience import retrying
from snippets.resilience.retrying import attempts, may_retry


@pytest.fixture
async def engine(worker_dsn: str) -> AsyncIterator[AsyncEngine]:
    url = make_url(worker_dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "57P01", "57P02", "57P03"])
async def test_what_the_server_undid_or_could_not_begin_is_tried_again(
    sqlstate: str, engine: AsyncEngine
) -> None:
    assert await attempts(engine, sqlstate) == 3


@pytest.mark.parametrize("sqlstate", ["23505", "57014", "42P01", "55P03"])
async def test_what_would_fail_again_is_tried_once(sqlstate: str, engine: AsyncEngine) -> None:
    assert await attempts(engine, sqlstate) == 1


@pytest.mark.parametrize("lost", [True, False])
def test_a_lost_connection_is_a_reason(lost: bool) -> None:
    error = DBAPIError("SELECT 1", {}, Exception(), connection_invalidated=lost)
    assert may_retry(error) is lost


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (ConnectionRefusedError(), True),
        (ConnectionResetError(), True),
        (TimeoutError(), False),
        (asyncio.CancelledError(), False),
        (ValueError(), False),
    ],
)
def test_a_server_that_is_not_there_is_a_reason_and_a_deadline_is_not(
    error: BaseException, verdict: bool
) -> None:
    assert may_retry(error) is verdict


async def test_the_last_error_is_raised_when_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "RETRY_S", 0.0)
    calls = 0

    async def refused() -> None:
        nonlocal calls
        calls += 1
        raise ConnectionRefusedError("nobody listens")

    with pytest.raises(ConnectionRefusedError, match="nobody listens"):
        await retrying.retrying()(refused)
    assert calls == 1


def test_waits_are_random_and_grow_to_half_a_second() -> None:
    wait = retrying.retrying().wait
    assert isinstance(wait, wait_random_exponential)
    assert (wait.multiplier, wait.max) == (0.02, 0.5)
