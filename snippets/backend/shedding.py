"""Refuses what cannot be served in time, before it costs anything, and ends what takes too long.

Without it, requests wait behind each other until all of them are too late, and the service is busy
with answers that nobody reads.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .api.problems import unavailable


class LoadShedding:
    """At most `limit` requests in service, each for `longest_s`; 503 for the others."""

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        longest_s: float,
        exempt: frozenset[str],
    ) -> None:
        self._app, self._limit = app, limit
        self._longest_s, self._exempt = longest_s, exempt
        self._in_service = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
        elif self._in_service >= self._limit:
            await unavailable("too many requests in service")(scope, receive, send)
        else:
            self._in_service += 1
            try:
                await self._bounded(scope, receive, send)
            finally:
                self._in_service -= 1

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A client that sends its body byte by byte holds a place no longer than the others."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._longest_s) as limit:
                await self._app(scope, receive, noted)
        except TimeoutError:
            if begun or not limit.expired():
                raise
            await unavailable("it took too long")(scope, receive, send)
