"""A circuit breaker stops asking a service that does not serve.

Running it calls a service that answers 503, and again when it is well.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import httpx

from snippets.resilience.outage import served

Answer = TypeVar("Answer")
Ask = Callable[[], Awaitable[Answer]]


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

    async def call(self, ask: Ask[Answer]) -> Answer:
        if self._failed >= self._allowed:
            if self._clock() < self._next_try:
                raise CircuitOpenError
            self._next_try = self._clock() + self._open_s  # [!]
        try:
            answer = await ask()
        except Exception as error:
            if (verdict := served(error)) is False:
                self._failed += 1
                self._next_try = self._clock() + self._open_s
            elif verdict:
                self._failed = 0
            raise
        self._failed = 0
        return answer


# --8<-- [end:breaker]


async def demonstrate() -> None:
    status, now, asked = 503, 0.0, 0

    def serve(_: object, answer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        answer.write(b"HTTP/1.0 %d .\r\n\r\n" % status)
        answer.close()

    breaker = CircuitBreaker(failures=5, open_s=30.0, clock=lambda: now)
    server = await asyncio.start_server(serve, "127.0.0.1")
    url = "http://{}:{}".format(*server.sockets[0].getsockname())
    async with server, httpx.AsyncClient() as client:

        async def ask() -> int:
            return (
                (await client.get(url)).raise_for_status().status_code
            )

        for _ in range(100):
            with suppress(httpx.HTTPError, CircuitOpenError):
                await breaker.call(ask)
        print(f"100 calls: {asked} sent, each answered 503")
        status, now = 200, 30.0
        print("30 s later:", await breaker.call(ask))


def main() -> None:
    asyncio.run(demonstrate())


if __name__ == "__main__":
    main()
