"""A circuit breaker stops asking a service that does not answer.

Running it calls a service that accepts connections and never answers
100 times, lets it recover, and calls it again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

Answer = TypeVar("Answer")


class CircuitOpenError(Exception):
    """The service was not asked: it failed too often."""


# --8<-- [start:breaker]
class CircuitBreaker:
    """Open after `failures` in a row; one try every `open_s`."""

    def __init__(
        self,
        failures: int,
        open_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed, self._open_s = failures, open_s
        self._clock, self._failed, self._next_try = clock, 0, 0.0

    async def call(
        self, ask: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        if self._failed >= self._allowed:
            if self._clock() < self._next_try:
                raise CircuitOpenError
            self._next_try = self._clock() + self._open_s  # [!]
        try:
            answer = await ask()
        except (TimeoutError, httpx.TransportError):  # not a 404
            self._failed += 1
            self._next_try = self._clock() + self._open_s
            raise
        self._failed = 0
        return answer


# --8<-- [end:breaker]


async def demonstrate() -> None:
    well = asyncio.Event()
    now = 0.0

    async def serve(
        _: asyncio.StreamReader, answer: asyncio.StreamWriter
    ) -> None:
        await well.wait()
        answer.write(b"HTTP/1.0 200 OK\r\n\r\n")
        answer.close()

    breaker = CircuitBreaker(failures=5, open_s=30.0, clock=lambda: now)
    server = await asyncio.start_server(serve, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with server, httpx.AsyncClient(timeout=0.2) as client:
        waited = refused = 0
        for _ in range(100):
            try:
                await breaker.call(lambda: client.get(url))
            except httpx.TransportError:
                waited += 1
            except CircuitOpenError:
                refused += 1
        print(f"100 calls: {waited} timed out, {refused} not sent")
        well.set()
        now += 30.0
        answer = await breaker.call(lambda: client.get(url))
        print("30 s later:", answer.status_code)


def main() -> None:
    asyncio.run(demonstrate())


if __name__ == "__main__":
    main()
