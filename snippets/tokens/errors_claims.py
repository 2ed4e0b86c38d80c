"""A claim that a reader requires has to be written by the issuer.

Running it reads tokens without an end, with a reader that requires one
and with one that does not.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

KEY = secrets.token_bytes(32)
LIFETIME = timedelta(minutes=15)
REQUIRED = ["exp", "sub"]


# --8<-- [start:raises]
def issue(user_id: str) -> str:
    return jwt.encode({"sub": user_id}, KEY)  # for ever


def read(token: str) -> dict[str, Any]:
    return jwt.decode(
        token,
        KEY,
        algorithms=["HS256"],
        options={"require": REQUIRED},  # [!]
    )


# --8<-- [end:raises]


# --8<-- [start:fix]
def issue_with_end(user_id: str) -> str:
    expires = datetime.now(UTC) + LIFETIME
    return jwt.encode({"sub": user_id, "exp": expires}, KEY)  # [!]


# --8<-- [end:fix]


def main() -> None:
    try:
        read(issue("7"))
    except jwt.InvalidTokenError as error:
        print(f"{type(error).__name__}: {error}")
    print(read(issue_with_end("7"))["sub"])
    unasked = jwt.decode(issue("7"), KEY, algorithms=["HS256"])
    print("not required:", unasked)


if __name__ == "__main__":
    main()
