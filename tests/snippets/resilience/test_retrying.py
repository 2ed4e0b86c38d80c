"""How often and how long a transaction is tried."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from snippets.resilience.retrying import attempts, retry_transaction
from snippets.resilience.wire import Wire, through

ENOUGH_S = 20.0  # for what ends at all


@pytest.fixture
async def engine(worker_dsn: str) -> AsyncIterator[AsyncEngine]:
    url = make_url(worker_dsn).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    yield engine
    await engine.dispose()


class Refused:
    """A transaction that finds nobody; counts how often."""

    def __init__(self, times: float = float("inf")) -> None:
        self.times = times
        self.calls = 0
        self.called = asyncio.Event()

    async def __call__(self) -> str:
        """Raise, or return after so many times."""
        self.calls += 1
        self.called.set()
        if self.calls <= self.times:
            raise ConnectionRefusedError("nobody listens")
        return "committed"


@pytest.mark.parametrize(("sqlstate", "tried"), [("40001", 3), ("53300", 3), ("23505", 1)])
async def test_what_may_be_tried_again_is(sqlstate: str, tried: int, engine: AsyncEngine) -> None:
    assert await attempts(engine, sqlstate) == tried


async def test_the_result_of_the_attempt_that_commits_is_returned() -> None:
    assert await retry_transaction(Refused(times=2), ENOUGH_S) == "committed"


async def test_a_transaction_may_be_a_lambda() -> None:
    transaction = Refused(times=2)
    assert await retry_transaction(lambda: transaction(), ENOUGH_S) == "committed"


async def test_the_last_error_is_raised_when_no_wait_fits_before_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transaction = Refused()
    waits = iter([0.0, 0.0, ENOUGH_S])
    monkeypatch.setattr(random, "uniform", lambda _low, _high: next(waits))
    with pytest.raises(ConnectionRefusedError, match="nobody listens"):
        await retry_transaction(transaction, ENOUGH_S)
    assert transaction.calls == 3


async def ends(call: asyncio.Future[Any]) -> bool:
    done, _ = await asyncio.wait([call], timeout=ENOUGH_S)
    return bool(done)


async def test_an_attempt_that_hangs_is_ended_by_the_deadline() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    call = asyncio.ensure_future(retry_transaction(hang, 0.1))
    assert await ends(call)
    assert isinstance(call.exception(), TimeoutError)


async def test_a_server_that_never_answers_is_ended_by_the_deadline(dsn: str) -> None:
    """Asyncpg alone would wait for 60 seconds."""
    async with through(dsn, Wire(silent=True)) as address:
        url = make_url(address).set(drivername="postgresql+asyncpg")
        engine = create_async_engine(url)

        async def transaction() -> None:
            async with engine.begin() as connection:
                await connection.execute(text("SELECT 1"))

        call = asyncio.ensure_future(retry_transaction(transaction, 0.1))
        assert await ends(call)
        assert isinstance(call.exception(), TimeoutError)
    await engine.dispose()


async def test_a_caller_that_is_canceled_takes_the_attempt_along() -> None:
    entered, left = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    call = asyncio.ensure_future(retry_transaction(hang, ENOUGH_S))
    await entered.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await left.wait()


async def test_a_caller_that_is_canceled_between_attempts_starts_none() -> None:
    transaction = Refused()
    call = asyncio.ensure_future(retry_transaction(transaction, ENOUGH_S))
    await transaction.called.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    calls = transaction.calls
    await asyncio.sleep(0.1)
    assert transaction.calls == calls


async def test_the_waits_are_random_and_at_most_half_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two clients that fail together do not come back together."""
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return 0.0

    monkeypatch.setattr(random, "uniform", uniform)
    await retry_transaction(Refused(times=12), ENOUGH_S)
    assert asked[0] == (0, 0.02)
    assert max(asked) == (0, 0.5)
    assert len(asked) == 12


async def test_an_error_that_may_not_be_tried_again_is_raised_as_it_is(
    engine: AsyncEngine,
) -> None:
    async def transaction() -> None:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(DBAPIError, match="no_such_table"):
        await retry_transaction(transaction, ENOUGH_S)
