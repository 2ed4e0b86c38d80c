"""Two verifications at a time, some that wait, and the rest is refused.

Running it verifies fifty passwords at once, and prints how many ran
side by side and how many were told to come back.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
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
        self._limiter = CapacityLimiter(at_once)  # [!]
        self._most = at_once + waiting
        self._inside = 0

    async def hash(self, password: str) -> str:
        return await self._run(self._hashes.hash, password)

    async def verify(
        self, password: str, stored: str | None
    ) -> Checked:
        return await self._run(self._hashes.check, password, stored)

    async def _run(self, call: Callable[..., T], *given: object) -> T:
        if self._inside >= self._most:
            raise BusyError
        self._inside += 1
        try:
            return await to_thread.run_sync(
                call, *given, limiter=self._limiter
            )
        finally:
            self._inside -= 1


# --8<-- [end:passwords]


class Paired(Hashes):
    """Ends no check before another one runs beside it."""

    def __init__(self, hasher: PasswordHasher) -> None:
        super().__init__(hasher)
        self._pair = threading.Barrier(2)

    def check(self, password: str, stored: str | None) -> Checked:
        self._pair.wait()
        return super().check(password, stored)


async def crowd(times: int) -> list[Checked | BaseException]:
    hasher = PasswordHasher(1, 8, parallelism=1)
    passwords = Passwords(Paired(hasher))
    calls = (passwords.verify("right", None) for _ in range(times))
    return await asyncio.gather(*calls, return_exceptions=True)


def main() -> None:
    answers = asyncio.run(crowd(50))
    busy = sum(isinstance(one, BusyError) for one in answers)
    print(f"compared, two by two: {len(answers) - busy}; later: {busy}")


if __name__ == "__main__":
    main()
