"""The generator over a real socket, against an application in a process of its own."""

import asyncio
import socket
import time
from dataclasses import replace

import psutil
import pytest

from lab.load import (
    Closed,
    Fixed,
    GeneratorError,
    Load,
    Plan,
    Poisson,
    Request,
    Served,
    generate,
    sending,
)
from lab.load.load import NO_CONNECTION


async def load(
    app: Served,
    path: str = "/",
    arrivals: Poisson | Fixed | Closed = Fixed(100),  # noqa: B008
    **others: float,
) -> Load:
    plan = Plan(app.url, arrivals, seconds=0.2, requests=(Request(path),))
    return await generate(replace(plan, **others))  # type: ignore[arg-type]


async def test_an_open_loop_sends_what_is_due_and_no_more(app: Served) -> None:
    found = await load(app, arrivals=Fixed(100), settle_s=0.1)
    # A busy machine may send fewer than 20 before the end, but leaves none out between.
    scheduled = [one.scheduled_s for one in found.sent]
    assert 1 < len(scheduled) <= 20
    assert scheduled == pytest.approx([number / 100 for number in range(len(scheduled))], abs=1e-9)
    assert found.outcomes == {"200": len(scheduled)}
    assert found.errors == {}
    assert 0 < found.processor < 1


async def test_latency_counts_from_the_scheduled_time(app: Served) -> None:
    """A server that stalls for 0.3 s is met by all who come during it, as long as it lasts."""
    stall = Request("/stall")
    plan = Plan(app.url, Fixed(100), seconds=0.3, requests=(stall, *[Request()] * 29))
    found = await generate(plan)
    # A busy machine may send fewer than 30 before the end, but leaves none out between.
    scheduled = [one.scheduled_s for one in found.sent]
    assert len(scheduled) > 1
    assert scheduled == pytest.approx([number / 100 for number in range(len(scheduled))], abs=1e-9)
    for one in found.sent:
        assert one.scheduled_s + one.latency_s >= 0.3


async def test_the_lateness_of_the_generator_is_part_of_latency_and_told(
    app: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if something else had the processor for 0.1 s when the first request is sent."""

    def put(connection: sending._Connection, flight: sending._Flight, request: bytes) -> None:
        if flight.after == 0:
            time.sleep(0.1)
        sent(connection, flight, request)

    sent = sending._Connection.put
    monkeypatch.setattr(sending._Connection, "put", put)
    found = await asyncio.to_thread(sending.send, Plan(app.url, Fixed(100), seconds=0.2))
    second = found.sent[1]
    assert second.lag_s >= 0.1 - 0.01
    assert second.latency_s >= second.lag_s
    assert found.void is not None


async def test_an_open_loop_does_not_wait_for_answers(app: Served) -> None:
    found = await load(app, "/slow", Fixed(200), connections=1)
    assert found.outcomes == {"200": 40}
    assert found.sent[-1].scheduled_s == pytest.approx(39 / 200)


async def test_a_closed_loop_has_one_request_a_client(app: Served) -> None:
    found = await load(app, "/slow", Closed(3))
    assert 3 <= len(found.sent) <= 3 * (0.2 / 0.05 + 1)  # each takes 50 ms or more


async def test_a_closed_loop_thinks_between_requests(app: Served) -> None:
    found = await load(app, "/", Closed(2, think_s=0.06))
    assert 2 <= len(found.sent) <= 2 * 4


async def test_requests_take_turns_and_arrive_as_they_are(app: Served) -> None:
    requests = (
        Request("/echo", "POST", (("X-Name", "a"),), "one"),
        Request("/echo", "PUT", (("X-Name", "b"),), "two"),
        Request("/echo", "DELETE"),
    )
    found = await generate(Plan(app.url, Fixed(10), seconds=0.6, requests=requests, connections=1))
    assert found.outcomes == {"200": 6}
    reader, writer = await asyncio.open_connection(*found.plan.address)
    writer.write(Request("/seen", headers=(("Connection", "close"),)).encoded("x"))
    answer = (await reader.read()).decode()
    writer.close()
    assert answer.endswith("POST one a,PUT two b,DELETE  ,POST one a,PUT two b,DELETE  ")


@pytest.mark.parametrize(
    ("path", "outcome"),
    [("/status/503", "503"), ("/status/404", "404"), ("/cut", "closed")],
)
async def test_errors_are_told_by_kind(app: Served, path: str, outcome: str) -> None:
    found = await load(app, path, Fixed(50))
    assert found.outcomes == found.errors == {outcome: 10}


async def test_an_answer_that_closes_the_connection_is_an_answer(app: Served) -> None:
    found = await load(app, "/close", Closed(2))
    assert set(found.outcomes) == {"200"}
    assert len(found.sent) > 2


async def test_a_request_without_an_answer_times_out(app: Served) -> None:
    found = await load(app, "/never", Fixed(50), timeout_s=0.1)
    assert found.outcomes == {"timeout": 10}
    assert all(one.latency_s >= 0.1 for one in found.sent)


async def test_a_port_without_a_server_refuses(app: Served) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        plan = Plan(f"http://127.0.0.1:{free.getsockname()[1]}", Fixed(50), seconds=0.2)
        assert (await generate(plan)).outcomes == {"refused": 10}
        closed = await generate(replace(plan, arrivals=Closed(2)))
    assert set(closed.outcomes) == {"refused"}
    assert len(closed.sent) <= 2 * (0.2 / 0.01 + 1)  # it does not spin


async def test_what_is_not_http_is_an_error() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = await generate(Plan(f"http://127.0.0.1:{port}", Fixed(50), seconds=0.2))
    assert found.outcomes == {"not HTTP": 10}


async def test_a_generator_that_runs_out_of_connections_is_void(
    app: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_CONNECTIONS", 5)
    plan = Plan(
        app.url,
        Fixed(50),
        seconds=0.2,
        requests=(Request("/never"),),
        timeout_s=0.3,
        connections=2,
        lag_bound_s=60,
    )
    found = await asyncio.to_thread(sending.send, plan)
    assert found.outcomes == {"timeout": 5, NO_CONNECTION: 5}
    assert found.void == "the generator had no connection left for 5"


async def test_a_cancelled_load_leaves_no_process(app: Served) -> None:
    before = set(psutil.Process().children())
    task = asyncio.create_task(generate(Plan(app.url, Fixed(1), seconds=60)))
    while not set(psutil.Process().children()) - before:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set(psutil.Process().children()) == before


async def test_a_generator_that_fails_says_so(app: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.load.generator.to_json", lambda plan: {"not": "a plan"})
    with pytest.raises(GeneratorError, match="the load generator failed: KeyError: 'arrivals'"):
        await load(app)
