"""Two verifications at a time, some that wait, and the rest is refused.

`crowds` verifies fifty passwords at once.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from snippets.tokens.hashes import Checked, Hashes

T = TypeVar("T")


class BusyError(Exception):
    """As many wait for argon2 as may wait."""


# --8<-- [start:passwords]
class Passwords:
    """argon2 in threads of its own, `at_once` of them."""

    def __init__(
        self, hashes: Hashes, at_once: int = 2, waiting: int = 40
    ) -> None:
        self._hashes = hashes
        self._threads = ThreadPoolExecutor(at_once, "argon2")  # [!]
        self._room = threading.Semaphore(at_once + waiting)

    async def hash(self, password: str) -> str:
        return await self._run(self._hashes.hash, password)

    async def verify(
        self, password: str, stored: str | None
    ) -> Checked:
        return await self._run(self._hashes.check, password, stored)

    async def _run(self, call: Callable[..., T], *given: object) -> T:
        if not self._room.acquire(blocking=False):
            raise BusyError
        done = self._threads.submit(call, *given)
        # When the thread is done, not when nobody waits any more.
        done.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(done)


# --8<-- [end:passwords]
