"""Which algorithm is used is for the reader to say, not for the token.

Running it reads a token without a list of algorithms, and with one.
"""

import secrets
from datetime import UTC, datetime, timedelta
from textwrap import fill
from typing import Any

import jwt

KEY = secrets.token_bytes(32)
WIDTH = 72  # columns
LIFETIME = timedelta(minutes=15)


def issue(user_id: str) -> str:
    expires = datetime.now(UTC) + LIFETIME
    claims = {"sub": user_id, "exp": expires}
    return jwt.encode(claims, KEY, algorithm="HS256")


# --8<-- [start:raises]
def read(token: str) -> dict[str, Any]:
    return jwt.decode(token, KEY)  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def read_hs256(token: str) -> dict[str, Any]:
    return jwt.decode(
        token,
        KEY,
        algorithms=["HS256"],  # those of the issuer, in the code  # [!]
        options={"require": ["exp", "sub"]},
    )


# --8<-- [end:fix]


def main() -> None:
    for function in (read, read_hs256):
        try:
            print(function(issue("7"))["sub"])
        except jwt.InvalidTokenError as error:
            print(fill(f"{type(error).__name__}: {error}", WIDTH))


if __name__ == "__main__":
    main()
