"""Who has no password is refused as slowly as who has a wrong one.

`refusals` compares a password with hashes of every kind.
"""

import secrets
import unicodedata
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import (
    InvalidHashError,
    VerificationError,
    VerifyMismatchError,
)

LONGEST = 256  # characters: a megabyte is refused, not normalized


# --8<-- [start:normal]
def normal(password: str) -> bytes:
    """The same bytes from every keyboard.

    Raises:
        ValueError: it is too long, or no text.
    """
    if len(password) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    return unicodedata.normalize("NFC", password).encode()


# --8<-- [end:normal]


class Checked(NamedTuple):
    """Whether a password is right, and its new hash if it needs one."""

    right: bool
    renewed: str | None = None


# --8<-- [start:hashes]
class Hashes:
    """argon2 with one set of parameters."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._nobody = hasher.hash(secrets.token_bytes(32))

    def hash(self, password: str) -> str:
        return self._hasher.hash(normal(password))

    def check(self, password: str, stored: str | None) -> Checked:
        given = normal(password)
        try:
            self._hasher.verify(stored or "", given)
        except VerifyMismatchError:
            return Checked(False)
        except (InvalidHashError, VerificationError, UnicodeError):
            self._refuse(given)  # [!]
            return Checked(False)
        if self._hasher.check_needs_rehash(stored or ""):
            return Checked(True, self._hasher.hash(given))
        return Checked(True)

    def _refuse(self, given: bytes) -> None:
        """Take as long as a wrong password, which this is."""
        try:
            self._hasher.verify(self._nobody, given)
        except VerifyMismatchError:
            return


# --8<-- [end:hashes]
