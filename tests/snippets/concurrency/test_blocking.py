"""A blocking call on the event loop, in the threads of everybody, and in its own."""

import asyncio
import threading
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from snippets.concurrency import naive_blocked, naive_threads, offload, reports
from snippets.concurrency.reports import REPORTS, Render, ask

CREATE_APP = pytest.mark.parametrize(
    "create_app", [naive_blocked.create_app, naive_threads.create_app, offload.create_app]
)


class Meeting:
    """Calls that wait until as many as expected are there together."""

    def __init__(self, expected: int, patience_s: float) -> None:
        self.met = threading.Barrier(expected, timeout=patience_s)
        self.lock = threading.Lock()
        self.now = self.most = 0

    def render(self) -> str:
        """Wait for the others."""
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.met.wait()
        with self.lock:
            self.now -= 1
        return "report"


async def most_at_once(
    create_app: Callable[[Render], FastAPI],
    expected: int,
    requests: int,
    patience_s: float = 30.0,
) -> int:
    meeting = Meeting(expected, patience_s)
    transport = httpx.ASGITransport(create_app(meeting.render))
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        answers = await asyncio.gather(*(client.get("/report") for _ in range(requests)))
    assert {answer.status_code for answer in answers} == {200}
    return meeting.most


@CREATE_APP
async def test_every_app_answers_a_report_and_a_health_check(
    create_app: Callable[[Render], FastAPI],
) -> None:
    transport = httpx.ASGITransport(create_app(lambda: "report"))
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        assert (await client.get("/report")).json() == "report"
        assert (await client.get("/health")).json() == "ok"


@pytest.mark.naive("snippets/concurrency/naive_blocked.py")
async def test_a_single_report_on_the_loop_stops_the_health_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reports, "PATIENCE_S", 0.1)
    monkeypatch.setattr(reports, "REPORTS", 1)
    assert not (await ask(naive_blocked.create_app)).checked


async def test_a_single_report_in_a_thread_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "PATIENCE_S", 30.0)
    monkeypatch.setattr(reports, "REPORTS", 1)
    assert (await ask(naive_threads.create_app)).checked


@pytest.mark.naive("snippets/concurrency/naive_blocked.py")
async def test_sixty_reports_on_the_loop_stop_the_health_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reports, "PATIENCE_S", 0.1)
    assert not (await ask(naive_blocked.create_app)).checked


@pytest.mark.naive("snippets/concurrency/naive_threads.py")
async def test_forty_threads_are_all_that_endpoints_with_def_have() -> None:
    assert await most_at_once(naive_threads.create_app, expected=40, requests=80) == 40


@pytest.mark.naive("snippets/concurrency/naive_threads.py")
async def test_when_reports_have_all_threads_the_health_check_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reports, "PATIENCE_S", 0.1)
    assert not (await ask(naive_threads.create_app)).checked


async def test_threads_of_their_own_leave_the_others_alone_and_a_full_line_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reports, "PATIENCE_S", 30.0)
    statuses, checked = await ask(offload.create_app)
    assert checked
    assert statuses == {200: 4 + 16, 503: REPORTS - 4 - 16}


async def test_four_reports_render_at_once() -> None:
    assert await most_at_once(offload.create_app, expected=4, requests=20) >= 4


async def test_a_fifth_report_waits_for_one_of_the_four() -> None:
    with pytest.raises(threading.BrokenBarrierError):
        await most_at_once(offload.create_app, expected=5, requests=5, patience_s=0.2)
