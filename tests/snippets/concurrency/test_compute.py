"""Work that computes, in processes that can be stopped."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import anyio
import psutil
import pytest
from anyio import to_process
from anyio.abc import Process

from snippets.concurrency import primes
from snippets.concurrency.compute import ENDLESS, QUICK, create_app, get
from tests.processes import children, kill


@pytest.fixture(autouse=True)
async def none_is_left() -> AsyncIterator[None]:
    """Each test ends when none of the processes that it started is left, and its loop knows that.

    Whoever is canceled while a process starts does not wait for its end, of which, before Python
    3.12, a thread tells the loop a moment later. To a loop that is closed by then it still runs,
    which would be said in whatever test its object is collected.
    """
    before = set(psutil.Process().children())

    def left() -> bool:
        threads = (thread.name.startswith("asyncio-waitpid") for thread in threading.enumerate())
        return bool(set(psutil.Process().children()) - before) or any(threads)

    yield
    async with asyncio.timeout(30):
        for _ in iter(left, False):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0)  # what the last thread told


def computing() -> int:
    return len(children(primes.__name__))


async def most_at_once(work: asyncio.Task[list[str]]) -> int:
    """The most processes that compute together until the work is done."""
    most = 0
    while not work.done():
        most = max(most, computing())
        await asyncio.sleep(0.01)
    return most


def test_primes_below_a_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [primes.primes(below) for below in (-1, 2, 3, 10, 1000)] == [0, 0, 1, 4, 168]
    monkeypatch.setattr(sys, "argv", ["primes", "1000"])
    primes.main()
    assert capsys.readouterr().out == "168\n"


async def test_it_counts() -> None:
    assert await get(create_app(), QUICK, times=1) == ["200 168"]
    assert computing() == 0


async def test_two_compute_at_once_and_neither_is_this_process() -> None:
    work = asyncio.create_task(get(create_app(deadline_s=2.0), ENDLESS, times=6))
    assert await most_at_once(work) == 2


async def test_what_takes_too_long_is_a_504_and_its_process_is_gone() -> None:
    work = asyncio.create_task(get(create_app(deadline_s=2.0), ENDLESS, times=1))
    assert await most_at_once(work) == 1  # so the loop goes on meanwhile
    assert await work == ['504 {"detail":"took too long"}']
    assert computing() == 0


@pytest.mark.parametrize("deadline_s", [0.0, 0.01, 0.03, 0.1])
async def test_a_deadline_that_ends_while_a_process_starts_leaves_none(deadline_s: float) -> None:
    """It is `none_is_left` that would not end."""
    for _ in range(3):
        answers = await get(create_app(deadline_s), ENDLESS, times=2)
        assert {answer[:3] for answer in answers} == {"504"}


SERVING = """
import asyncio
from snippets.concurrency.compute import ENDLESS, create_app, get
asyncio.run(get(create_app(deadline_s=60.0), ENDLESS, times=2))
"""


async def test_what_a_killed_worker_had_started_computes_on() -> None:
    """Its deadline dies with it, and no signal reaches them."""
    worker = psutil.Popen([sys.executable, "-c", SERVING])
    programs: list[psutil.Process] = []
    try:
        async with asyncio.timeout(30):
            while len(programs) < 2:
                await asyncio.sleep(0.01)
                programs = worker.children()
        worker.kill()
        worker.wait()
        assert psutil.STATUS_ZOMBIE not in {program.status() for program in programs}
    finally:
        kill([worker, *programs])
        await asyncio.to_thread(psutil.wait_procs, programs, timeout=10)


async def test_a_full_line_refuses() -> None:
    answers = await get(create_app(deadline_s=2.0), ENDLESS, times=2 + 8 + 3)
    assert [answer[:3] for answer in answers].count("503") == 3
    assert [answer[:3] for answer in answers].count("504") == 2 + 8


async def test_a_worker_process_of_anyio_that_is_canceled_while_it_starts_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Why the listing has none. Red once AnyIO is repaired: then tell readers."""
    opened = asyncio.Queue[Process]()

    async def open_process(*arguments: Any, **options: Any) -> Process:
        process = await anyio.open_process(*arguments, **options)
        opened.put_nowait(process)
        return process

    monkeypatch.setattr(to_process, "open_process", open_process)
    call = asyncio.create_task(to_process.run_sync(primes.primes, QUICK, cancellable=True))
    worker = await opened.get()
    call.cancel()
    await asyncio.wait([call])
    assert call.cancelled()
    assert psutil.Process(worker.pid).is_running()
    worker.kill()
    await worker.aclose()
