"""A token that names its audience is read by that audience alone.

Running it reads a token of another service, and one of this service by
who says which it is and who does not.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

KEY = secrets.token_bytes(32)
ORDERS = "https://orders.example"
LIFETIME = timedelta(minutes=15)


def issue(*audience: str) -> str:
    expires = datetime.now(UTC) + LIFETIME
    claims = {"sub": "7", "aud": list(audience), "exp": expires}
    return jwt.encode(claims, KEY)


# --8<-- [start:raises]
def read(token: str) -> dict[str, Any]:
    return jwt.decode(token, KEY, algorithms=["HS256"])  # [!]


# --8<-- [end:raises]


# --8<-- [start:fix]
def read_as_orders(token: str) -> dict[str, Any]:
    return jwt.decode(
        token,
        KEY,
        algorithms=["HS256"],
        audience=ORDERS,  # as the issuer writes it  # [!]
        options={"require": ["exp", "sub", "aud"]},
    )


# --8<-- [end:fix]


def main() -> None:
    for function, token in (
        (read, issue(ORDERS)),
        (read_as_orders, issue("https://invoices.example")),
        (read_as_orders, issue(ORDERS)),
        (read_as_orders, issue(ORDERS, "https://invoices.example")),
    ):
        try:
            print(f"{function.__name__}: {function(token)['sub']}")
        except jwt.InvalidTokenError as error:
            kind = type(error).__name__
            print(f"{function.__name__}: {kind}: {error}")


if __name__ == "__main__":
    main()
