"""The subject of a token is a string, and a user's number is none.

Running it reads a token with a number in `sub`, and one with a string.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

KEY = secrets.token_bytes(32)
LIFETIME = timedelta(minutes=15)


def encode(sub: object) -> str:
    expires = datetime.now(UTC) + LIFETIME
    return jwt.encode({"sub": sub, "exp": expires}, KEY)


# --8<-- [start:raises]
def issue(user_id: int) -> str:
    return encode(user_id)  # no complaint yet  # [!]


def read(token: str) -> dict[str, Any]:
    return jwt.decode(token, KEY, algorithms=["HS256"])


# --8<-- [end:raises]


# --8<-- [start:fix]
def as_user_id(sub: str | int) -> int:
    try:
        return int(sub)
    except ValueError as error:  # that of a service, perhaps
        raise jwt.InvalidTokenError("Subject is no user") from error


def issue_text(user_id: int) -> str:
    return encode(str(user_id))  # [!]


def user_id_of(token: str) -> int:
    claims = jwt.decode(
        token,
        KEY,
        algorithms=["HS256"],
        options={"require": ["exp", "sub"]},
    )
    return as_user_id(claims["sub"])  # [!]


# --8<-- [end:fix]


# --8<-- [start:meanwhile]
def user_id_of_either(token: str) -> int:
    """For as long as tokens with a number are alive."""
    claims = jwt.decode(
        token,
        KEY,
        algorithms=["HS256"],
        options={"require": ["exp", "sub"], "verify_sub": False},
    )
    if type(claims["sub"]) not in (int, str):  # True is an int  # [!]
        raise jwt.InvalidTokenError("Subject is no user")
    return as_user_id(claims["sub"])


# --8<-- [end:meanwhile]


def main() -> None:
    try:
        read(issue(7))
    except jwt.InvalidTokenError as error:
        print(f"{type(error).__name__}: {error}")
    print(user_id_of(issue_text(7)))
    print(user_id_of_either(issue(7)), user_id_of_either(issue_text(7)))


if __name__ == "__main__":
    main()
