"""A deadline does not wait for what it has canceled."""

import asyncio
import gc
import weakref
from typing import Any

import pytest

from snippets.resilience import deadline
from snippets.resilience.deadline import within


class Work:
    """Hangs, and cleans up for as long as the test likes."""

    def __init__(self) -> None:
        self.entered, self.canceled = asyncio.Event(), asyncio.Event()
        self.clean, self.cleaned = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        """Hang until canceled; clean up until told."""
        self.entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.canceled.set()
            await self.clean.wait()
            self.cleaned.set()


async def test_the_result_is_passed_on() -> None:
    async def work() -> int:
        return 42

    assert await within(5.0, work()) == 42


async def test_an_error_is_passed_on() -> None:
    async def work() -> None:
        raise KeyError("id")

    with pytest.raises(KeyError, match="id"):
        await within(5.0, work())


async def test_the_caller_does_not_wait_for_the_clean_up_and_it_is_done_all_the_same() -> None:
    work = Work()
    with pytest.raises(TimeoutError):
        await within(0.05, work())
    assert not work.cleaned.is_set()
    await work.canceled.wait()
    work.clean.set()
    await work.cleaned.wait()


async def test_a_canceled_caller_does_not_wait_either() -> None:
    work = Work()
    call = asyncio.ensure_future(within(60.0, work()))
    await work.entered.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not work.cleaned.is_set()
    work.clean.set()
    await work.cleaned.wait()


async def test_what_cleans_up_is_kept_until_it_has_done_so() -> None:
    work = Work()
    with pytest.raises(TimeoutError):
        await within(0.05, work())
    (task,) = deadline._leaving
    kept: weakref.ref[asyncio.Task[Any]] = weakref.ref(task)
    del task
    gc.collect()
    assert kept() is not None
    work.clean.set()
    await work.cleaned.wait()
    await asyncio.sleep(0)
    assert not deadline._leaving


async def test_an_error_of_the_clean_up_is_not_reported_as_unread() -> None:
    reported: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(context))

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionResetError("the rollback")

    with pytest.raises(TimeoutError):
        await within(0.05, work())
    await asyncio.wait(deadline._leaving)
    gc.collect()
    assert reported == []


async def test_a_deadline_that_has_passed_starts_nothing() -> None:
    async def work() -> None:
        raise AssertionError

    with pytest.raises(TimeoutError):
        await within(0.0, work())
