"""`Task was destroyed but it is pending!`, its causes, and what ends them."""

import asyncio
import gc
import subprocess
import sys
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing

import pytest

from snippets.concurrency import errors_destroyed as destroyed
from tests.leaks import collected_on_demand

TEXT = "Task was destroyed but it is pending!"


@pytest.fixture(autouse=True)
def _collected_on_demand() -> Iterator[None]:
    with collected_on_demand():
        yield


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What asyncio has logged, without what it says of the task."""
    gc.collect()
    records = [record for record in caplog.records if record.name == "asyncio"]
    return [record.getMessage().partition("\n")[0] for record in records]


def test_a_task_that_only_its_own_object_keeps_is_collected(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = asyncio.run(destroyed.collected(destroyed.import_orders))
    assert found == ["order 7"]
    assert complaints(caplog) == [TEXT]


def test_the_log_names_the_coroutine_and_the_line_where_it_waits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asyncio.run(destroyed.collected(destroyed.import_orders))
    said = caplog.records[0].getMessage()
    assert "coro=<Audit.write() " in said
    assert "errors_destroyed.py:" in said


def test_so_is_one_whose_loop_was_closed(caplog: pytest.LogCaptureFixture) -> None:
    destroyed.without_run()
    assert complaints(caplog) == [TEXT]


def test_one_that_waits_for_a_queue_then_says_another_text_as_well(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignored: list[str] = []
    monkeypatch.setattr("sys.unraisablehook", lambda of: ignored.append(str(of.exc_value)))
    loop = asyncio.new_event_loop()
    loop.run_until_complete(destroyed.import_orders())
    loop.close()
    assert complaints(caplog) == [TEXT]
    assert ignored == ["Event loop is closed"]


def test_though_somebody_keeps_it(caplog: pytest.LogCaptureFixture) -> None:
    kept: set[asyncio.Task[None]] = set()

    async def start() -> None:
        kept.add(asyncio.create_task(asyncio.sleep(10)))
        await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(start())
    loop.close()
    assert complaints(caplog) == []
    kept.clear()
    assert complaints(caplog) == [TEXT]


def test_a_task_that_a_group_keeps_and_cancels_is_not(caplog: pytest.LogCaptureFixture) -> None:
    found = asyncio.run(destroyed.collected(destroyed.import_orders_and_end))
    assert found == ["order 7"]
    assert complaints(caplog) == []


def test_a_writer_that_fails_ends_the_import_with_its_error(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write(audit: destroyed.Audit) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(destroyed.Audit, "write", write)
    with pytest.RaisesGroup(pytest.RaisesExc(OSError, match="^the disk is full$")):
        asyncio.run(destroyed.import_orders_and_end())
    assert complaints(caplog) == []


def test_a_run_cancels_what_is_left_when_its_loop_ends(caplog: pytest.LogCaptureFixture) -> None:
    assert asyncio.run(destroyed.import_orders()) == ["order 7"]
    assert complaints(caplog) == []


def test_but_not_a_task_that_is_made_while_it_cancels(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            asyncio.create_task(asyncio.sleep(10))  # noqa: RUF006

    async def start() -> None:
        asyncio.create_task(work())  # noqa: RUF006
        await asyncio.sleep(0)

    asyncio.run(start())
    assert complaints(caplog) == [TEXT]


def test_one_that_finally_awaits_is_ended_by_it(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    async def goodbye() -> None:
        await asyncio.sleep(0)
        ended.append("goodbye")

    async def work() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            await goodbye()

    async def start() -> None:
        asyncio.create_task(work())  # noqa: RUF006
        await asyncio.sleep(0)

    asyncio.run(start())
    assert (ended, complaints(caplog)) == (["goodbye"], [])


def test_a_loop_that_never_ran_says_both_texts(caplog: pytest.LogCaptureFixture) -> None:
    """As in python-socketio's issue 78: a task made before there is anybody who runs it."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        loop = asyncio.new_event_loop()
        loop.create_task(asyncio.sleep(1))  # noqa: RUF006
        loop.close()
        del loop
        assert complaints(caplog) == [TEXT]
    assert "coroutine 'sleep' was never awaited" in [str(one.message) for one in said]


@pytest.mark.parametrize("shut_down", [True, False])
def test_an_async_generator_that_was_left_in_the_middle_says_it_too(
    shut_down: bool, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[str] = []

    async def orders() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            ended.append("orders")

    async def first() -> int:
        async for order in orders():
            return order
        raise AssertionError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # since Python 3.13 that aclose() was never awaited, too
        loop = asyncio.new_event_loop()
        assert loop.run_until_complete(first()) == 1
        if shut_down:
            loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        del loop
        said = complaints(caplog)
    assert (said, ended) == (([], ["orders"]) if shut_down else ([TEXT], []))
    assert shut_down or "coro=<<async_generator_athrow " in caplog.records[0].getMessage()


def test_who_closes_it_ends_it_there(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    async def orders() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            ended.append("orders")

    async def first() -> int:
        async with aclosing(orders()) as found:
            async for order in found:
                return order
        raise AssertionError

    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(first()) == 1
    assert ended == ["orders"]
    loop.close()
    del loop
    assert complaints(caplog) == []


PROGRAM = """
import asyncio, signal

async def poll():
    await asyncio.sleep(60)

async def main():
    asyncio.create_task(poll())
    await asyncio.sleep(0)
    signal.raise_signal(signal.SIGINT)
    await asyncio.sleep(60)

{run}
"""


@pytest.mark.parametrize(
    ("run", "says"),
    [("asyncio.new_event_loop().run_until_complete(main())", True), ("asyncio.run(main())", False)],
)
def test_a_program_that_an_interrupt_ends_leaves_its_tasks_unless_it_is_run(
    run: str, says: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(run=run)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "KeyboardInterrupt" in done.stderr
    assert (TEXT in done.stderr) is says


async def weak(*works: Callable[[], Awaitable[list[str]]]) -> int:
    """How many of these, dropped and collected, asyncio still knows."""
    own = asyncio.current_task()
    for work in works:
        await work()
    gc.collect()
    return len(asyncio.all_tasks() - {own})


@pytest.mark.parametrize("keep", [True, False])
def test_the_loop_alone_does_not_keep_a_task_that_waits_and_a_set_does(
    keep: bool, caplog: pytest.LogCaptureFixture
) -> None:
    kept: set[asyncio.Task[None]] = set()

    async def work() -> list[str]:
        audit = destroyed.Audit()
        task = asyncio.create_task(audit.write())
        if keep:
            kept.add(task)
            task.add_done_callback(kept.discard)
        await asyncio.sleep(0)
        return []

    assert asyncio.run(weak(work)) == keep
    assert complaints(caplog) == ([] if keep else [TEXT])
    assert not kept


def test_a_task_that_waits_for_a_timer_is_kept_by_it(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> list[str]:
        asyncio.create_task(asyncio.sleep(10))  # noqa: RUF006
        await asyncio.sleep(0)
        return []

    assert asyncio.run(weak(work)) == 1
    assert complaints(caplog) == []
