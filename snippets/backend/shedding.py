"""Refuses what cannot be served in time, before it costs anything.

Without it, requests wait behind each other until all of them are too late, and the service is busy
with answers that nobody reads. A client that sends its body byte by byte, or one without end,
would hold a place for as long as it likes.
"""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .api.problems import unavailable

LARGEST_BODY = 16 * 1024  # bytes: an order of a hundred lines has 6,000


class LoadShedding:
    """At most `limit` requests in service, each for `longest_s`; 503 for the others."""

    def __init__(self, app: ASGIApp, limit: int, longest_s: float, exempt: frozenset[str]) -> None:
        self._app, self._limit = app, limit
        self._longest_s, self._exempt = longest_s, exempt
        self._in_service = 0

    # --8<-- [start:shed]
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._exempt:
            await self._app(scope, receive, send)
        elif self._in_service >= self._limit:
            await unavailable("too many requests in service")(scope, receive, send)
        else:
            self._in_service += 1
            try:
                await self._serve(scope, receive, send)
            finally:
                self._in_service -= 1

    # --8<-- [end:shed]

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        received, begun = 0, False

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                raise HTTPException(413, "the body is too large")
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._longest_s) as limit:
                await self._app(scope, limited, noted)
        except TimeoutError:
            if begun or not limit.expired():
                raise
            await unavailable("it took too long")(scope, receive, send)
