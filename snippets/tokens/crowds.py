"""Fifty passwords at once, where two are verified and forty may wait.

Running it prints how many were compared, each beside another, and how
many were told to come back.
"""

import asyncio
import threading

from argon2 import PasswordHasher

from snippets.tokens.hashes import Checked, Hashes
from snippets.tokens.passwords import BusyError, Passwords


class Paired(Hashes):
    """Begins when all have come, and ends no check that runs alone."""

    def __init__(self, hasher: PasswordHasher) -> None:
        super().__init__(hasher)
        self.all_have_come = threading.Event()
        self._pair = threading.Barrier(2)

    def check(self, password: str, stored: str | None) -> Checked:
        self.all_have_come.wait()
        self._pair.wait()
        return super().check(password, stored)


# --8<-- [start:crowd]
async def crowd(times: int) -> list[Checked | BaseException]:
    hashes = Paired(PasswordHasher(1, 8, parallelism=1))
    verify = Passwords(hashes).verify
    calls = [
        asyncio.create_task(verify("right", None)) for _ in range(times)
    ]
    await asyncio.sleep(0)  # each runs until it waits, or is refused
    hashes.all_have_come.set()
    return await asyncio.gather(*calls, return_exceptions=True)


# --8<-- [end:crowd]


def main() -> None:
    answers = asyncio.run(crowd(50))
    busy = sum(isinstance(one, BusyError) for one in answers)
    print(f"compared, two by two: {len(answers) - busy}; later: {busy}")


if __name__ == "__main__":
    main()
