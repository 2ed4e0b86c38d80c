"""A connection per request, against a pool opened in the lifespan."""

import asyncio
from collections.abc import Callable

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from snippets.pool import lifespan, naive_connect
from snippets.pool.lifespan import POOL_SIZE, backends
from snippets.pool.retry_after import RETRY_S
from snippets.resilience.wire import Wire, through

CREATE_APP = pytest.mark.parametrize("create_app", [naive_connect.create_app, lifespan.create_app])


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app")


async def connections(dsn: str) -> int:
    """Client connections to this database, the one that asks not counted."""
    query = """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


@CREATE_APP
async def test_a_request_is_answered_by_a_server_process(
    create_app: Callable[[str], FastAPI], dsn: str
) -> None:
    app = create_app(dsn)
    async with app.router.lifespan_context(app), client(app) as asks:
        answer = await asks.get("/backend")
    assert answer.status_code == 200
    assert answer.json() > 0


@pytest.mark.naive("snippets/pool/naive_connect.py")
async def test_a_connection_per_request_starts_a_process_per_request(dsn: str) -> None:
    assert len(await backends(naive_connect.create_app(dsn), waves=3, at_once=4)) == 12


async def test_a_pool_answers_all_requests_with_the_processes_it_opened_first(dsn: str) -> None:
    pids = await backends(lifespan.create_app(dsn), waves=3, at_once=2 * POOL_SIZE)
    assert len(pids) == POOL_SIZE


async def test_the_pool_is_open_before_the_first_request_and_closed_at_the_end(dsn: str) -> None:
    app = lifespan.create_app(dsn)
    async with app.router.lifespan_context(app):
        assert await connections(dsn) == POOL_SIZE
        assert app.state.pool.get_idle_size() == POOL_SIZE
        assert app.state.pool.get_max_size() == POOL_SIZE
    assert app.state.pool.is_closing()


async def test_a_request_that_gets_no_connection_in_time_is_told_to_come_back(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifespan, "ACQUIRE_TIMEOUT_S", 0.01)
    app = lifespan.create_app(dsn)
    async with app.router.lifespan_context(app), client(app) as asks:
        pool = app.state.pool
        taken = [await pool.acquire() for _ in range(POOL_SIZE)]
        refused = await asks.get("/backend")
        for connection in taken:
            await pool.release(connection)
        served = await asks.get("/backend")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) in RETRY_S
    assert served.status_code == 200


async def test_the_connection_is_back_after_a_request_that_fails(dsn: str) -> None:
    app = lifespan.create_app(dsn)

    @app.get("/fail")
    async def fail(connection: lifespan.Connection) -> None:
        raise RuntimeError("the endpoint failed")

    async with app.router.lifespan_context(app), client(app) as asks:
        with pytest.raises(RuntimeError, match="the endpoint failed"):
            await asks.get("/fail")
        assert app.state.pool.get_idle_size() == POOL_SIZE


async def test_a_timeout_inside_the_request_is_not_mistaken_for_a_busy_pool(dsn: str) -> None:
    app = lifespan.create_app(dsn)

    @app.get("/slow")
    async def slow(connection: lifespan.Connection) -> None:
        async with asyncio.timeout(0):
            await connection.execute("SELECT pg_sleep(60)")

    async with app.router.lifespan_context(app), client(app) as asks:
        with pytest.raises(TimeoutError):
            await asks.get("/slow")


async def test_requests_to_a_server_that_falls_silent_end_and_give_their_connections_back(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifespan, "COMMAND_TIMEOUT_S", 1.0)
    wire = Wire()
    async with through(dsn, wire) as address, asyncio.timeout(20):
        app = lifespan.create_app(address)
        async with app.router.lifespan_context(app), client(app) as asks:
            wire.silent = True
            requests = (asks.get("/backend") for _ in range(POOL_SIZE))
            answers = await asyncio.gather(*requests, return_exceptions=True)
            assert all(isinstance(answer, TimeoutError) for answer in answers)
            wire.silent = False
            assert (await asks.get("/backend")).status_code == 200
