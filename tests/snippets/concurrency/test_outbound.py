"""Calls to another service: connections, and an answer that takes too long."""

import asyncio

import httpx
import pytest

from snippets.concurrency import naive_outbound, outbound
from snippets.concurrency.upstream import BODY, CALLS, call, listening


@pytest.mark.naive("snippets/concurrency/naive_outbound.py")
async def test_a_client_per_call_connects_per_call_and_waits_for_as_long_as_bytes_come() -> None:
    assert await call(naive_outbound.create_app) == (CALLS, 200)


async def test_one_client_keeps_its_connection_and_a_deadline_ends_the_whole_call() -> None:
    assert await call(outbound.create_app) == (1, 504)


async def test_a_quick_answer_arrives_whole() -> None:
    async with listening() as upstream:
        app = outbound.create_app(upstream.url)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://app") as client,
        ):
            assert (await client.get("/quote")).json() == BODY.decode()
            assert not app.state.client.is_closed
        assert app.state.client.is_closed


@pytest.mark.parametrize(("deadline_s", "timeout_s"), [(0.05, 30.0), (30.0, 0.05)])
async def test_an_upstream_that_accepts_and_says_nothing_is_a_504(
    deadline_s: float, timeout_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "DEADLINE_S", deadline_s)
    silent: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: silent.append(writer), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        app = outbound.create_app(f"http://127.0.0.1:{port}/")
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://app") as client,
        ):
            app.state.client.timeout = httpx.Timeout(timeout_s)
            answer = await client.get("/quote")
        for writer in silent:
            writer.close()
            await writer.wait_closed()
    assert answer.status_code == 504
    assert answer.json() == {"detail": "no quote in time"}
