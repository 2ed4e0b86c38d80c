"""`Task exception was never retrieved`, its causes, and what ends them."""

import asyncio
import gc
import logging
import socket
import sys
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE

from snippets.concurrency import errors_retrieved as retrieved
from tests.leaks import collected_on_demand

TASK = "Task exception was never retrieved"
FUTURE = "Future exception was never retrieved"


@pytest.fixture(autouse=True)
def _collected_on_demand() -> Iterator[None]:
    with collected_on_demand():
        yield


def complaints(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """What asyncio has logged, and of which exception."""
    gc.collect()
    return [
        (record.getMessage().partition("\n")[0], str(record.exc_info and record.exc_info[1]))
        for record in caplog.records
        if record.name == "asyncio"
    ]


def declined(order: int) -> str:
    return f"order {order}: the card was declined"


def test_what_comes_after_the_first_that_raises_is_never_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(ValueError, match=f"^{declined(1)}$"):
        asyncio.run(retrieved.charge_all([1, 2]))
    assert complaints(caplog) == [(TASK, declined(2))]


def test_nor_is_a_task_that_nobody_awaits(caplog: pytest.LogCaptureFixture) -> None:
    asyncio.run(retrieved.charge_later(3))
    assert complaints(caplog) == [(TASK, declined(3))]


def test_a_group_raises_all_of_them(caplog: pytest.LogCaptureFixture) -> None:
    each = [pytest.RaisesExc(ValueError, match=f"^{declined(order)}$") for order in (1, 2)]
    with pytest.RaisesGroup(*each):
        asyncio.run(retrieved.charge_group([1, 2]))
    assert complaints(caplog) == []


def test_a_callback_logs_it_at_once_under_the_name_of_the_service(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def start() -> None:
        retrieved.start(retrieved.charge(3))
        await asyncio.wait(retrieved.running)

    asyncio.run(start())
    record = caplog.records[-1]
    assert (record.name, record.exc_info and str(record.exc_info[1])) == ("payments", declined(3))
    assert complaints(caplog) == []
    assert not retrieved.running


def test_it_says_nothing_of_a_task_that_ends_well_or_is_canceled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def start() -> None:
        retrieved.start(asyncio.sleep(0))
        await asyncio.wait(retrieved.running)
        retrieved.start(asyncio.sleep(10))
        for task in retrieved.running:
            task.cancel()
        await asyncio.wait(retrieved.running)

    asyncio.run(start())
    assert (caplog.records, retrieved.running) == ([], set())


def test_while_somebody_keeps_the_task_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    kept: list[asyncio.Task[None]] = []

    async def start() -> None:
        kept.append(asyncio.create_task(retrieved.charge(4)))
        await asyncio.sleep(0)

    asyncio.run(start())
    assert complaints(caplog) == []
    kept.clear()
    assert complaints(caplog) == [(TASK, declined(4))]


def test_a_try_around_the_start_catches_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def start() -> str:
        try:
            asyncio.create_task(retrieved.charge(5))  # noqa: RUF006
        except ValueError:
            return "caught"
        await asyncio.sleep(0)
        return "not caught"

    assert asyncio.run(start()) == "not caught"
    assert complaints(caplog) == [(TASK, declined(5))]


def test_to_wait_for_tasks_does_not_ask_how_they_ended(caplog: pytest.LogCaptureFixture) -> None:
    async def start() -> int:
        tasks = [asyncio.create_task(retrieved.charge(order)) for order in (6, 7)]
        done, _ = await asyncio.wait(tasks)
        return len(done)

    assert asyncio.run(start()) == 2
    assert sorted(complaints(caplog)) == [(TASK, declined(6)), (TASK, declined(7))]


def test_to_gather_does_and_shows_the_first(caplog: pytest.LogCaptureFixture) -> None:
    async def start() -> None:
        await asyncio.gather(retrieved.charge(6), retrieved.charge(7))

    with pytest.raises(ValueError, match=f"^{declined(6)}$"):
        asyncio.run(start())
    assert complaints(caplog) == []


def test_to_gather_them_and_look_at_nothing_loses_all(caplog: pytest.LogCaptureFixture) -> None:
    async def start() -> None:
        await asyncio.gather(retrieved.charge(6), return_exceptions=True)

    asyncio.run(start())
    assert complaints(caplog) == []


def test_a_gathering_that_nobody_awaits_has_a_text_of_its_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def start() -> None:
        asyncio.gather(retrieved.charge(6), retrieved.charge(7))
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(start())
    assert complaints(caplog) == [(f"_Gathering{FUTURE}", declined(6))]


def test_a_task_that_exits_ends_the_loop_and_nobody_asks_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        sys.exit(1)

    async def start() -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(60)
        await task

    with pytest.raises(SystemExit):
        asyncio.run(start())
    assert complaints(caplog) == [(TASK, "1")]


def test_as_a_server_in_a_task_does_whose_port_is_taken(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is kept of uvicorn's own complaint would keep the task.
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "disabled", True)

    async def serve(port: int) -> None:
        config = uvicorn.Config(FastAPI(), port=port, log_config=None)
        task = asyncio.create_task(uvicorn.Server(config).serve())
        await asyncio.sleep(60)
        await task

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit):
            asyncio.run(serve(taken.getsockname()[1]))
    assert complaints(caplog) == [(TASK, str(STARTUP_FAILURE))]


def test_an_exception_handler_of_the_loop_hears_it_as_late() -> None:
    heard: list[str] = []

    async def start() -> list[str]:
        asyncio.get_running_loop().set_exception_handler(lambda _, of: heard.append(of["message"]))
        task = asyncio.create_task(retrieved.charge(5))
        await asyncio.wait([task])
        gc.collect()
        before = list(heard)
        del task
        gc.collect()
        return before

    assert (asyncio.run(start()), heard) == ([], [TASK])


def test_work_in_a_thread_that_nobody_awaits_says_it_of_a_future(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise ValueError(declined(8))

    async def start() -> None:
        await asyncio.wait([asyncio.get_running_loop().run_in_executor(None, fail)])

    asyncio.run(start())
    assert complaints(caplog) == [(FUTURE, declined(8))]


def test_so_does_a_future_whose_reader_has_gone(caplog: pytest.LogCaptureFixture) -> None:
    """As a driver does when a connection is lost while nobody waits for its answer."""

    async def start() -> None:
        asyncio.get_running_loop().create_future().set_exception(ConnectionResetError("lost"))

    asyncio.run(start())
    assert complaints(caplog) == [(FUTURE, "lost")]
