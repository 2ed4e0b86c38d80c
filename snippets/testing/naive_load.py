"""Users who wait for their answers send nothing during a stall.

Running it sends 100 requests a second for ten seconds to a service that
stalls for one, and prints how many latencies above 100 ms it reports.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

Send = Callable[[], Awaitable[None]]


# --8<-- [start:load]
async def load(
    send: Send, rate: float, seconds: float, users: int = 10
) -> list[float]:
    """Latencies; each user sends again when the last has ended."""
    loop = asyncio.get_running_loop()
    began, latencies = loop.time(), list[float]()

    async def user(first: float) -> None:
        due = began + first
        while due < began + seconds:
            await asyncio.sleep(due - loop.time())
            sent = loop.time()
            try:
                await send()
                latencies.append(loop.time() - sent)  # [!]
            except Exception as error:
                logging.warning("failed: %r", error)
                latencies.append(math.inf)
            due = max(sent + users / rate, loop.time())

    await asyncio.gather(*(user(n / rate) for n in range(users)))
    return latencies


# --8<-- [end:load]


def main() -> None:
    from snippets.testing.stalling import report

    report(load)


if __name__ == "__main__":
    main()
