"""What a request hears when the pool of the engine is empty."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest
from sqlalchemy.pool import QueuePool

from snippets.pool import busy
from snippets.pool import engine as engine_module
from snippets.pool.engine import POOL_SIZE, create_engine
from snippets.pool.retry_after import RETRY_S
from snippets.resilience.wire import Wire, through


async def test_an_empty_pool_is_a_503_with_a_time_to_come_back(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "POOL_TIMEOUT_S", 0.01)
    engine = create_engine(dsn)
    app = busy.create_app(engine)
    async with AsyncExitStack() as taken:
        await taken.enter_async_context(app.router.lifespan_context(app))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app")
        await taken.enter_async_context(client)
        for _ in range(POOL_SIZE):
            await taken.enter_async_context(engine.connect())
        refused = await client.get("/answer")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) in RETRY_S
    assert refused.json() == {"detail": "the database is busy"}


async def test_a_request_that_gets_a_connection_is_answered_and_gives_it_back(dsn: str) -> None:
    engine = create_engine(dsn)
    app = busy.create_app(engine)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            answer = await client.get("/answer")
        assert isinstance(engine.pool, QueuePool)
        assert engine.pool.checkedout() == 0
    assert (answer.status_code, answer.json()) == (200, 42)


async def test_a_server_that_does_not_answer_is_no_busy_pool(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits in line for it hears 503; who connects meets another TimeoutError."""
    monkeypatch.setattr(engine_module, "POOL_SIZE", 1)
    monkeypatch.setattr(engine_module, "POOL_TIMEOUT_S", 0.01)
    monkeypatch.setattr(engine_module, "CONNECT_TIMEOUT_S", 0.3)
    async with through(dsn, Wire(silent=True)) as address, asyncio.timeout(10):
        app = busy.create_app(create_engine(address))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://app") as client,
        ):
            answers = await asyncio.gather(client.get("/answer"), client.get("/answer"))
    assert [answer.status_code for answer in answers] == [500, 503]


async def test_the_engine_is_disposed_of_when_the_app_ends(dsn: str) -> None:
    engine = create_engine(dsn)
    app = busy.create_app(engine)
    async with app.router.lifespan_context(app):
        async with engine.connect():
            pass
        before = engine.pool
        assert isinstance(before, QueuePool)
        assert before.checkedin() == 1
    assert engine.pool is not before
    assert before.checkedin() == 0
