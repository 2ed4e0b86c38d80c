"""Work that computes, in processes that can be stopped."""

import asyncio
import signal

import psutil
from anyio.to_process import current_default_process_limiter

from snippets.concurrency.compute import ENDLESS, QUICK, create_app, get, primes


def workers() -> list[psutil.Process]:
    """Processes that this one has started to compute."""
    children = psutil.Process().children()
    return [child for child in children if "anyio.to_process" in child.cmdline()]


def test_primes_below_a_number() -> None:
    assert [primes(below) for below in (2, 3, 10, 1000)] == [0, 1, 4, 168]


async def test_it_counts() -> None:
    assert await get(create_app(), QUICK, times=1) == ["200 168"]


async def test_two_compute_at_once_and_neither_is_this_process() -> None:
    current_default_process_limiter().total_tokens = 6
    await get(create_app(), QUICK, times=6)
    assert len(workers()) == 2


async def test_what_takes_too_long_is_a_504_and_its_process_is_gone() -> None:
    answers = await get(create_app(deadline_s=0.5), ENDLESS, times=1)
    assert answers == ['504 {"detail":"took too long"}']
    assert workers() == []


async def test_the_loop_goes_on_meanwhile() -> None:
    app = create_app(deadline_s=0.5)
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.01)

    counting = asyncio.create_task(count_turns())
    await get(app, ENDLESS, times=1)
    counting.cancel()
    assert turns > 5


async def test_a_full_line_refuses() -> None:
    answers = await get(create_app(deadline_s=2.0), ENDLESS, times=2 + 8 + 3)
    assert [answer[:3] for answer in answers].count("503") == 3
    assert [answer[:3] for answer in answers].count("504") == 2 + 8


async def test_after_a_worker_was_killed_another_takes_its_place() -> None:
    app = create_app()
    await get(app, QUICK, times=1)
    (worker,) = workers()
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    await asyncio.sleep(0.1)
    assert await get(app, QUICK, times=1) == ["200 168"]
