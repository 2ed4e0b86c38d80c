"""`exp` is a second of UTC, and a naive time is read as if it were one.

Running it issues a token for 15 minutes on machines west and east of
UTC, from the local time and from an aware one.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

KEY = secrets.token_bytes(32)
LIFETIME = timedelta(minutes=15)
CLOCK_SKEW = timedelta(seconds=30)


# --8<-- [start:raises]
def issue(user_id: str) -> str:
    expires = datetime.now() + LIFETIME  # naive, in local time  # [!]
    return jwt.encode({"sub": user_id, "exp": expires}, KEY)


def read(token: str) -> dict[str, Any]:
    return jwt.decode(token, KEY, algorithms=["HS256"])


# --8<-- [end:raises]


# --8<-- [start:fix]
def issue_utc(user_id: str) -> str:
    expires = datetime.now(UTC) + LIFETIME  # [!]
    return jwt.encode({"sub": user_id, "exp": expires}, KEY)


def read_with_leeway(token: str) -> dict[str, Any]:
    return jwt.decode(
        token,
        KEY,
        algorithms=["HS256"],
        leeway=CLOCK_SKEW,  # of two machines, not of two zones  # [!]
        options={"require": ["exp"]},
    )


# --8<-- [end:fix]


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    before = os.environ.pop("TZ", None)
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        del os.environ["TZ"]
        os.environ.update({} if before is None else {"TZ": before})
        time.tzset()


def minutes_left(token: str) -> str:
    try:
        return f"{round((read(token)['exp'] - time.time()) / 60)} min"
    except jwt.ExpiredSignatureError as error:
        return str(error)


def main() -> None:
    for zone in ("EST5", "UTC0", "CET-1"):
        with machine_in(zone):
            for function in (issue, issue_utc):
                left = minutes_left(function("7"))
                print(f"{zone} {function.__name__}: {left}")


if __name__ == "__main__":
    main()
