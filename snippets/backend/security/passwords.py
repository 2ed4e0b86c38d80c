"""argon2 in a few threads of its own, and the same work for whoever is asked about.

Each hash takes 19 MiB: forty sign-ins at once would take all processors and 760 MiB. And a sign-in
that answers sooner for an unknown address tells which addresses have an account.
"""

import asyncio
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from ..settings import Settings

T = TypeVar("T")


class BusyError(Exception):
    """As many wait for argon2 as may wait."""


class Checked(NamedTuple):
    """Whether a password is right, and its new hash if it needs one."""

    right: bool
    renewed: str | None = None


def normal(password: str) -> bytes:
    """The same bytes from every keyboard."""
    return unicodedata.normalize("NFC", password).encode()


class Passwords:
    """Hashes and compares, so many at once, and a few that wait."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(
            settings.argon2_passes, settings.argon2_memory_kib, parallelism=1
        )
        self._nobody = self._hasher.hash(secrets.token_bytes(32))
        self._threads = ThreadPoolExecutor(settings.argon2_at_once, "argon2")
        self._room = threading.Semaphore(settings.argon2_at_once + settings.argon2_waiting)

    async def hash(self, password: str) -> str:
        """The hash to store; raises BusyError."""
        return await self._run(self._hasher.hash, normal(password))

    async def check(self, password: str, stored: str | None) -> Checked:
        """Compare; without a hash, with one that nobody has. Raises BusyError."""
        return await self._run(self._check, normal(password), stored)

    def close(self) -> None:
        """End the threads, after what they do now."""
        self._threads.shutdown(cancel_futures=True)

    def _check(self, given: bytes, stored: str | None) -> Checked:
        try:
            self._hasher.verify(stored or "", given)
        except VerifyMismatchError:
            return Checked(right=False)
        except (InvalidHashError, VerificationError, UnicodeError):
            self._refuse(given)
            return Checked(right=False)
        if self._hasher.check_needs_rehash(stored or ""):
            return Checked(right=True, renewed=self._hasher.hash(given))
        return Checked(right=True)

    def _refuse(self, given: bytes) -> None:
        """There is no hash of ours: take as long as for a wrong password, which this is."""
        with suppress(VerifyMismatchError):
            self._hasher.verify(self._nobody, given)

    async def _run(self, call: Callable[..., T], *given: object) -> T:
        if not self._room.acquire(blocking=False):
            raise BusyError
        done = self._threads.submit(call, *given)
        # When the thread is done, and not when nobody waits for it any more.
        done.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(done)
