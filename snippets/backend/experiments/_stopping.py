"""SIGTERM while requests are under way, as each deployment sends it."""

import asyncio
import os
import signal
import time

from snippets.backend.experiments._client import NoAnswerError, ask
from snippets.backend.experiments._counting import mark
from snippets.backend.experiments._outages import marks
from snippets.backend.experiments._systems import Running

TAKEN_S = 0.03  # until a worker has accepted what was sent
STOP_S = 15.0
POLL_S = 0.02


async def stopped(backend: Running, count: int) -> dict[str, float]:
    """What becomes of so many writes that were sent right before."""
    sent = asyncio.Semaphore(0)
    arrived: dict[str, bool] = {}

    async def one(of: str) -> None:
        try:
            write = backend.account.write(of)
            answer = await ask(backend.url, write, sent.release)
        except NoAnswerError:
            return
        arrived[of] = answer.ok

    writing = [asyncio.create_task(one(mark())) for _ in range(count)]
    for _ in range(count):
        await sent.acquire()
    await asyncio.sleep(TAKEN_S)
    os.kill(backend.web.pid, signal.SIGTERM)
    await asyncio.gather(*writing)
    until = time.monotonic() + STOP_S
    while not backend.web.ended() and time.monotonic() < until:
        await asyncio.sleep(POLL_S)
    stored = await marks(backend)
    told = [of for of, ok in arrived.items() if ok]
    return {
        "cut": count - len(arrived),
        "gone": sum(of not in stored for of in told),
        "running": float(not backend.web.ended()),
    }
