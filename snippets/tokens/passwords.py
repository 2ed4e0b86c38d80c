"""Two verifications at a time, some that wait, and the rest is refused.

Running it verifies fifty passwords at once, and prints how many ran
side by side and how many were told to come back.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher

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


class Paired(Hashes):
    """Ends no check before another one runs beside it."""

    def __init__(self, hasher: PasswordHasher) -> None:
        super().__init__(hasher)
        self._pair = threading.Barrier(2)
        self.all_asked = threading.Event()

    def check(self, password: str, stored: str | None) -> Checked:
        self.all_asked.wait()
        self._pair.wait()
        return super().check(password, stored)


async def crowd(times: int) -> list[Checked | BaseException]:
    hashes = Paired(PasswordHasher(1, 8, parallelism=1))
    passwords = Passwords(hashes)
    calls = [
        asyncio.create_task(passwords.verify("right", None))
        for _ in range(times)
    ]
    await asyncio.sleep(0)  # each has asked, and is in or refused
    hashes.all_asked.set()
    return await asyncio.gather(*calls, return_exceptions=True)


def main() -> None:
    answers = asyncio.run(crowd(50))
    busy = sum(isinstance(one, BusyError) for one in answers)
    print(f"compared, two by two: {len(answers) - busy}; later: {busy}")


if __name__ == "__main__":
    main()
