"""Tokens that are not for us, offered to four readers.

Running it prints who takes which.
"""

import base64
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import jwt

from snippets.tokens import naive_access
from snippets.tokens.access import Keyring

KEYS = {"june": b"j" * 32, "may": b"m" * 32}
ISSUER, AUDIENCE = "https://accounts.example", naive_access.AUDIENCE
KEYRING = Keyring(KEYS, ISSUER, AUDIENCE)
THEIRS = b"x" * 32


# --8<-- [start:made]
def made(
    key: bytes | None = KEYS["june"],
    headers: dict[str, Any] | None = None,
    **changed: Any,
) -> str:
    """A token like ours, but for what is given; None leaves out."""
    now = int(time.time())
    claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE}
    claims |= {"iat": now, "exp": now + 300, "role": "customer"}
    claims |= {"sub": "1", "sid": str(UUID(int=7))} | changed
    left = {name: c for name, c in claims.items() if c is not None}
    header = {"typ": "at+jwt", "kid": "june"} | (headers or {})
    return jwt.encode(left, key, "HS256" if key else None, header)


# --8<-- [end:made]


def forgeries() -> dict[str, str]:
    k = base64.urlsafe_b64encode(THEIRS).decode().rstrip("=")
    jwk = {"jwk": {"kty": "oct", "alg": "HS256", "k": k}}
    old = int(time.time()) - 3600
    return {
        "ours": KEYRING.issue(1, UUID(int=7), "customer"),
        "by last month's key": made(KEYS["may"], {"kid": "may"}),
        "unsigned": made(None),
        "signed by somebody": made(THEIRS),
        "its key in its header": made(THEIRS, jwk),
        "ended": made(iat=old, exp=old + 300),
        "without an end": made(exp=None),
        "for ten years": made(exp=old + 315_360_000),
        "of another issuer": made(iss="https://test.example"),
        "for another audience": made(aud="https://mail.example"),
        "to reset a password": made(headers={"typ": "reset+jwt"}),
        "of nobody": made(sub=""),
    }


READERS: dict[str, Callable[[str, bytes], object]] = {
    "tutorial": naive_access.read,
    "unverified": naive_access.read_unverified,
    "header": naive_access.read_by_header,
    "ours": lambda token, _: KEYRING.read(token),
}


def takers(token: str) -> list[str]:
    names = list(READERS)
    for name, read in READERS.items():
        try:
            read(token, KEYS["june"])
        except jwt.InvalidTokenError:
            names.remove(name)
    return names


def main() -> None:
    for name, token in forgeries().items():
        print(f"{name:22}", *takers(token))


if __name__ == "__main__":
    main()
