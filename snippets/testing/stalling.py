"""A service that stalls once, and what a load says of it.

It answers within 2 ms, and nothing at all from 4.5 to 5.5 seconds. The
event loop's clock jumps, so ten seconds take none.
"""

import asyncio
from collections.abc import Awaitable, Callable

from snippets.testing.jumping import JumpingLoop

ANSWER_S = 0.002
STALL_S = (4.5, 5.5)
LATE_S = 0.1
RATE, SECONDS = 100.0, 10.0

Send = Callable[[], Awaitable[None]]
Load = Callable[[Send, float, float], Awaitable[list[float]]]


# --8<-- [start:send]
async def send() -> None:
    """A request, and its answer."""
    now = asyncio.get_running_loop().time()
    begin, end = STALL_S
    stalled = end - now if begin <= now < end else 0.0
    await asyncio.sleep(stalled + ANSWER_S)


# --8<-- [end:send]


async def measure(load: Load) -> list[float]:
    return sorted(await load(send, RATE, SECONDS))


def report(load: Load) -> None:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        latencies = runner.run(measure(load))
    late = sum(latency > LATE_S for latency in latencies)
    p95 = latencies[-1 - len(latencies) // 20]
    print(f"late: {late} of {len(latencies)}")
    print(
        f"p95: {1000 * p95:.0f} ms; max: {1000 * latencies[-1]:.0f} ms"
    )
