"""A circuit breaker: closed, open, one try, closed again."""

import asyncio
import socket
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import create_async_engine

from snippets.resilience import timeouts
from snippets.resilience.breaker import CircuitBreaker, CircuitOpenError

FAILURES, OPEN_S = 3, 30.0


class Service:
    """A service that counts how often it was asked; `error` is what its answer raises."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None

    async def __call__(self) -> str:
        """Answer, or raise."""
        self.asked += 1
        if self.error:
            raise self.error
        return "answer"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time in seconds."""
        return self.now


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(FAILURES, OPEN_S, clock)


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def not_found() -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://service/")
    return httpx.HTTPStatusError("404", request=request, response=httpx.Response(404))


async def fail(breaker: CircuitBreaker, service: Service, times: int) -> None:
    service.error = TimeoutError("no answer")
    for _ in range(times):
        with pytest.raises(TimeoutError):
            await breaker.call(service)
    service.error = None


async def refused(breaker: CircuitBreaker, service: Service) -> bool:
    asked = service.asked
    try:
        await breaker.call(service)
    except CircuitOpenError:
        assert service.asked == asked
        return True
    return False


async def test_a_closed_breaker_passes_the_answer_on(
    breaker: CircuitBreaker, service: Service
) -> None:
    assert await breaker.call(service) == "answer"


async def test_it_opens_after_so_many_failures_and_no_fewer(
    breaker: CircuitBreaker, service: Service
) -> None:
    await fail(breaker, service, FAILURES - 1)
    assert not await refused(breaker, service)
    await fail(breaker, service, FAILURES)
    assert await refused(breaker, service)


async def test_a_success_starts_the_count_again(breaker: CircuitBreaker, service: Service) -> None:
    for _ in range(2):
        await fail(breaker, service, FAILURES - 1)
        await breaker.call(service)
    assert not await refused(breaker, service)


async def test_an_answer_that_is_an_error_starts_the_count_again(
    breaker: CircuitBreaker, service: Service
) -> None:
    await fail(breaker, service, FAILURES - 1)
    service.error = not_found()
    with pytest.raises(httpx.HTTPStatusError):
        await breaker.call(service)
    service.error = None
    await fail(breaker, service, FAILURES - 1)
    assert not await refused(breaker, service)


async def test_a_try_that_is_answered_with_an_error_closes_it(
    breaker: CircuitBreaker, service: Service, clock: Clock
) -> None:
    await fail(breaker, service, FAILURES)
    clock.now += OPEN_S
    service.error = not_found()
    with pytest.raises(httpx.HTTPStatusError):
        await breaker.call(service)
    service.error = None
    assert not await refused(breaker, service)


@pytest.mark.parametrize("full", [httpx.PoolTimeout(""), NoConnectionFree()])
async def test_a_pool_of_ours_that_is_full_neither_opens_it_nor_hides_an_outage(
    breaker: CircuitBreaker, service: Service, full: Exception
) -> None:
    service.error = full
    for _ in range(FAILURES):
        with pytest.raises(type(full)):
            await breaker.call(service)
    service.error = None
    assert not await refused(breaker, service)

    await fail(breaker, service, FAILURES - 1)
    service.error = full
    with pytest.raises(type(full)):
        await breaker.call(service)
    await fail(breaker, service, 1)
    assert await refused(breaker, service)


async def test_a_canceled_call_says_nothing(breaker: CircuitBreaker, service: Service) -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        raise AssertionError

    await fail(breaker, service, FAILURES - 1)
    call = asyncio.create_task(breaker.call(hang))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await fail(breaker, service, 1)
    assert await refused(breaker, service)


async def test_it_opens_for_a_postgresql_that_is_down(
    breaker: CircuitBreaker, unused_port: int
) -> None:
    engine = create_async_engine(f"postgresql+asyncpg://nobody@127.0.0.1:{unused_port}/none")
    tried = 0

    async def ask() -> None:
        nonlocal tried
        tried += 1
        async with engine.connect():
            raise AssertionError

    for _ in range(FAILURES):
        with pytest.raises(ConnectionRefusedError):
            await breaker.call(ask)
    with pytest.raises(CircuitOpenError):
        await breaker.call(ask)
    assert tried == FAILURES


async def test_heavy_transactions_that_the_server_ends_do_not_open_it(
    breaker: CircuitBreaker, dsn: str
) -> None:
    engine = timeouts.create_engine(dsn)
    for _ in range(FAILURES):
        with pytest.raises(DBAPIError, match="due to transaction timeout"):
            await breaker.call(lambda: timeouts.long(engine))
    async with engine.connect() as connection:
        assert await breaker.call(lambda: connection.scalar(text("SELECT 42"))) == 42
    await engine.dispose()


async def test_it_stays_open_for_its_time_and_no_longer(
    breaker: CircuitBreaker, service: Service, clock: Clock
) -> None:
    await fail(breaker, service, FAILURES)
    clock.now += OPEN_S - 0.001
    assert await refused(breaker, service)
    clock.now += 0.001
    assert not await refused(breaker, service)


async def test_a_try_that_fails_opens_it_again_at_once(
    breaker: CircuitBreaker, service: Service, clock: Clock
) -> None:
    await fail(breaker, service, FAILURES)
    clock.now += OPEN_S
    await fail(breaker, service, 1)
    assert await refused(breaker, service)
    clock.now += OPEN_S
    assert not await refused(breaker, service)


async def test_others_are_refused_during_the_try(
    breaker: CircuitBreaker, service: Service, clock: Clock
) -> None:
    await fail(breaker, service, FAILURES)
    clock.now += OPEN_S

    async def attempt() -> bool:
        return await refused(breaker, service)

    assert await breaker.call(attempt)


async def test_the_time_runs_from_the_end_of_a_slow_failure(
    breaker: CircuitBreaker, service: Service, clock: Clock
) -> None:
    async def slow() -> str:
        clock.now += 20.0
        raise TimeoutError

    for _ in range(FAILURES):
        with pytest.raises(TimeoutError):
            await breaker.call(slow)
    clock.now += OPEN_S - 1
    assert await refused(breaker, service)
