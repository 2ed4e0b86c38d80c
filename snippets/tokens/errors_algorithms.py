"""Which algorithm is used is for the reader to say, not for the token.

Running it reads a token without a list of algorithms, with the one that
the token names, and with a list of its own.
"""

import secrets
from typing import Any

import jwt

KEY = secrets.token_bytes(32)


def issue(user_id: str) -> str:
    return jwt.encode({"sub": user_id}, KEY, algorithm="HS256")


# --8<-- [start:raises]
def read(token: str) -> dict[str, Any]:
    return jwt.decode(token, KEY)  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def read_hs256(token: str) -> dict[str, Any]:
    return jwt.decode(token, KEY, algorithms=["HS256"])  # [!]


# --8<-- [end:fix]


def main() -> None:
    for function in (read, read_hs256):
        try:
            print(function(issue("7")))
        except jwt.InvalidTokenError as error:
            print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
