"""What a load reports of a stall, in a loop whose clock jumps."""

import asyncio
import math
import socket
import time
from functools import partial
from itertools import count

import pytest

from snippets.testing import load, naive_load, stalling
from snippets.testing.jumping import JumpingLoop


def late(sends: stalling.Load) -> tuple[int, int]:
    """How many took more than a tenth of the stall, and how many there were."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        latencies = runner.run(stalling.measure(sends))
    return sum(one > stalling.LATE_S for one in latencies), len(latencies)


def test_of_arrivals_each_that_is_due_during_the_stall_reports_it() -> None:
    """Nine tenths of a second, at a hundred a second; and the one that is due at its end."""
    assert late(load.load) == (91, 1000)


@pytest.mark.naive("snippets/testing/naive_load.py")
@pytest.mark.parametrize("users", [1, 10, 50])
def test_of_users_who_wait_each_reports_it_once(users: int) -> None:
    found, sent = late(partial(naive_load.load, users=users))
    assert found == users
    assert sent == pytest.approx(1000 - 100, abs=users + 2)  # nobody comes in their place


def test_as_many_users_as_are_due_during_the_stall_report_all_of_it() -> None:
    assert late(partial(naive_load.load, users=100)) == late(load.load)


@pytest.mark.parametrize(("sends", "p95"), [(load.load, "502"), (naive_load.load, "2")])
def test_what_is_printed(
    sends: stalling.Load, p95: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stalling.report(sends)
    assert capsys.readouterr().out.splitlines()[1] == f"p95: {p95} ms; max: 1002 ms"


@pytest.mark.parametrize("sends", [load.load, naive_load.load])
def test_without_a_stall_all_are_sent_and_timed(sends: stalling.Load) -> None:
    async def send() -> None:
        await asyncio.sleep(0.001)

    async def measure() -> list[float]:
        return await sends(send, 100, 0.2)

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        assert runner.run(measure()) == pytest.approx([0.001] * 20)


@pytest.mark.parametrize("sends", [load.load, naive_load.load])
def test_a_request_that_fails_is_counted_and_the_others_are_sent(
    sends: stalling.Load, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = count(1)

    async def send() -> None:
        await asyncio.sleep(0.001)
        if next(numbers) == 3:
            raise ConnectionRefusedError("nobody listens")

    async def measure() -> list[float]:
        return await sends(send, 100, 0.2)

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        latencies = runner.run(measure())
    assert latencies.count(math.inf) == 1
    assert sorted(latencies)[:-1] == pytest.approx([0.001] * 19)
    assert "ConnectionRefusedError('nobody listens')" in caplog.text


@pytest.mark.parametrize("sends", [load.load, naive_load.load])
async def test_a_load_that_is_cancelled_ends(sends: stalling.Load) -> None:
    async def send() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(sends(send, 1000, 60), 0.01)
    assert len(asyncio.all_tasks()) == 1


async def asleep(seconds: float) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.sleep(seconds)
    return loop.time() - began


def test_a_wait_takes_no_time_and_is_as_long_as_asked() -> None:
    began = time.monotonic()
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        assert runner.run(asleep(3600)) == pytest.approx(3600)
        with pytest.raises(TimeoutError):
            runner.run(asyncio.wait_for(asyncio.Event().wait(), 3600))
    assert time.monotonic() - began < 3600


def test_what_would_wait_for_ever_says_so() -> None:
    with (
        asyncio.Runner(loop_factory=JumpingLoop) as runner,
        pytest.raises(RuntimeError, match="nothing is due"),
    ):
        runner.run(asyncio.Event().wait())


def test_what_is_there_comes_before_what_is_due() -> None:
    async def receive(near: socket.socket) -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(1, int)
        assert await loop.sock_recv(near, 3) == b"tea"
        return loop.time()

    near, far = socket.socketpair()
    with near, far, asyncio.Runner(loop_factory=JumpingLoop) as runner:
        near.setblocking(False)
        far.send(b"tea")
        assert runner.run(receive(near)) == 0
