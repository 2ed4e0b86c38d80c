"""Calls to another service: connections, and an answer that takes too long."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpcore
import httpx
import pytest

from snippets.concurrency import naive_outbound, outbound
from snippets.concurrency import upstream as upstreams
from snippets.concurrency.calls import CALLS, Calls, call
from snippets.concurrency.line import Line
from snippets.concurrency.upstream import BODY, listening
from tests.cancellation import ended_in_turn
from tests.leaks import left_open


@pytest.mark.naive("snippets/concurrency/naive_outbound.py")
async def test_a_client_per_call_connects_per_call_and_takes_whatever_comes() -> None:
    assert await call(naive_outbound.create_app) == Calls(CALLS, in_pieces=200, failing=200)


async def test_one_client_keeps_its_connection_ends_a_slow_call_and_passes_on_no_failure() -> None:
    assert await call(outbound.create_app) == Calls(1, in_pieces=504, failing=502)


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
        for _ in range(4):  # the turns in which one is accepted, perhaps after the deadline
            await asyncio.sleep(0)
        for writer in silent:
            writer.close()
            await writer.wait_closed()
    assert answer.status_code == 504
    assert answer.json() == {"detail": "no quote in time"}


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = outbound.create_app(url)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://app") as client,
    ):
        yield client


@pytest.mark.parametrize(
    "status", [b"302 Found", b"404 Not Found", b"429 Too Many Requests", b"503 Unavailable"]
)
async def test_what_is_not_a_success_upstream_is_a_502_that_shows_nothing_of_it(
    status: bytes,
) -> None:
    async with listening() as upstream, asking(upstream.url) as client:
        upstream.status = status
        answer = await client.get("/quote")
    assert answer.status_code == 502
    assert answer.json() == {"detail": "no quote"}


async def test_an_upstream_that_hangs_up_is_a_502() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, asking(f"http://127.0.0.1:{port}/") as client:
        assert (await client.get("/quote")).status_code == 502


async def test_an_upstream_that_refuses_connections_is_a_502() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with asking(f"http://127.0.0.1:{port}/") as client:
        assert (await client.get("/quote")).status_code == 502


async def test_a_name_that_does_not_resolve_is_a_502() -> None:
    async with asking("http://upstream.invalid/") as client:
        assert (await client.get("/quote")).status_code == 502


async def test_who_finds_the_line_full_is_told_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbound, "CALLS", 1)
    monkeypatch.setattr(outbound, "WAITING", 2)
    async with listening() as upstream, asking(upstream.url) as client:
        upstream.slow = True
        answers = await asyncio.gather(*(client.get("/quote") for _ in range(20)))
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) == 20 - 1 - 2
    assert len({answer.headers["Retry-After"] for answer in refused}) > 1


async def test_no_more_calls_at_once_than_the_line_lets_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbound, "CALLS", 3)
    # A call that its deadline ends takes its connection along.
    monkeypatch.setattr(outbound, "DEADLINE_S", 30.0)
    async with listening() as upstream, asking(upstream.url) as client:
        await asyncio.gather(*(client.get("/quote") for _ in range(20)))
        assert upstream.connections == 3


async def test_calls_that_their_deadline_ends_leave_the_client_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbound, "CALLS", 2)
    monkeypatch.setattr(outbound, "DEADLINE_S", 0.05)
    async with listening() as upstream, asking(upstream.url) as client:
        upstream.slow = True
        for _ in range(5):
            answers = await asyncio.gather(*(client.get("/quote") for _ in range(5)))
            assert {answer.status_code for answer in answers} == {504}
        upstream.slow = False
        monkeypatch.setattr(outbound, "DEADLINE_S", 30.0)
        answers = await asyncio.gather(*(client.get("/quote") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}


async def test_the_deadline_counts_from_the_line_and_not_from_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(workers=1, waiting=1)
    monkeypatch.setattr(outbound, "Line", lambda **_: line)
    monkeypatch.setattr(outbound, "DEADLINE_S", 0.05)
    async with listening() as upstream, asking(upstream.url) as client:
        line.limiter.acquire_on_behalf_of_nowait(line)
        async with asyncio.timeout(30):
            assert (await client.get("/quote")).status_code == 504
        assert upstream.connections == 0
        line.limiter.release_on_behalf_of(line)
        monkeypatch.setattr(outbound, "DEADLINE_S", 30.0)
        assert (await client.get("/quote")).status_code == 200


TURNS = 40  # of the event loop: more than a call takes


def left_behind(client: httpx.AsyncClient) -> list[object]:
    """Connections of a client that are neither free nor closed."""
    transport = client._transport
    assert isinstance(transport, httpx.AsyncHTTPTransport)
    connections = transport._pool.connections
    return [it for it in connections if not (it.is_idle() or it.is_closed())]


async def test_a_deadline_in_any_turn_of_the_loop_leaves_no_connection_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    statuses = set[int]()
    async with listening() as upstream:
        for turn in range(TURNS):
            deadline = SimpleNamespace(fail_after=lambda _, turn=turn: ended_in_turn(turn))
            monkeypatch.setattr(outbound, "anyio", deadline)
            app = outbound.create_app(upstream.url)
            transport = httpx.ASGITransport(app)
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url="http://app") as client,
            ):
                statuses.add((await client.get("/quote")).status_code)
                assert left_behind(app.state.client) == []
    assert statuses == {200, 504}


async def test_a_task_that_is_canceled_in_some_turn_leaves_a_connection_behind() -> None:
    """Why the deadline is AnyIO's. Red once httpcore is repaired: then tell readers."""
    left = 0
    async with listening() as upstream:
        for turn in range(TURNS):
            async with httpx.AsyncClient() as client:
                call = asyncio.create_task(client.get(upstream.url))
                for _ in range(turn):
                    await asyncio.sleep(0)
                call.cancel()
                await asyncio.wait([call])
                left += len(left_behind(client))
    assert left > 0


async def test_connections_that_others_left_behind_take_no_place_from_the_next_call() -> None:
    async with listening() as upstream:
        app = outbound.create_app(upstream.url)
        async with app.router.lifespan_context(app):
            pool = app.state.client._transport._pool
            origin = httpcore.URL(upstream.url).origin
            pool._connections += [pool.create_connection(origin) for _ in range(2 * CALLS)]
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://app"
            ) as client:
                for _ in range(3):
                    assert (await client.get("/quote")).status_code == 200
            assert upstream.connections == 1


async def until(happened: Callable[[], bool]) -> None:
    """Let others run, turn by turn of the loop."""
    async with asyncio.timeout(30):
        for _ in iter(happened, True):
            await asyncio.sleep(0)


async def test_a_call_cancelled_while_it_waits_inside_the_client_can_lose_a_connection() -> None:
    """Why the line stands before the client. Red once httpcore is repaired: then tell readers."""
    limits, timeout = httpx.Limits(max_connections=1), httpx.Timeout(30.0, pool=0.05)
    async with listening() as upstream, httpx.AsyncClient(limits=limits, timeout=timeout) as client:
        transport = client._transport
        assert isinstance(transport, httpx.AsyncHTTPTransport)
        pool: Any = transport._pool
        upstream.slow = True
        client.timeout = httpx.Timeout(30.0)
        first, second = (asyncio.create_task(client.get(upstream.url)) for _ in range(2))
        await until(lambda: len(pool._requests) == 2 and upstream.connections == 1)
        first.cancel()
        await until(lambda: not pool._requests[-1].is_queued())  # it has what the first had
        second.cancel()
        await asyncio.wait([first, second])
        upstream.slow = False
        client.timeout = timeout
        with pytest.raises(httpx.PoolTimeout):
            await client.get(upstream.url)


@pytest.mark.parametrize("turns", range(8))
def test_a_caller_of_the_last_moment_is_left_no_connection(turns: int) -> None:
    """Whom the upstream has accepted, and not begun to serve."""

    async def program() -> None:
        async with listening() as upstream:
            with socket.create_connection(("127.0.0.1", int(upstream.url.split(":")[2][:-1]))):
                for _ in range(turns):
                    await asyncio.sleep(0)

    assert left_open(program) == []


async def test_a_caller_that_has_hung_up_is_sent_nothing_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upstreams, "PIECE_S", 0.01)
    ended = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await upstreams.serve(upstreams.Upstream(slow=True), reader, writer)
        finally:
            ended.set()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        answer, caller = await asyncio.open_connection(host, port)
        caller.write(b"GET / HTTP/1.1\r\n\r\n")
        await answer.readexactly(1)
        caller.transport.abort()
        await ended.wait()

    assert "socket.send() raised exception." not in caplog.text
