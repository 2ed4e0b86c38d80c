"""What a client may send, and what it hears of what it may not."""

from typing import Annotated, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    SecretStr,
    StringConstraints,
)

from snippets.tokens.accounts import address_key
from snippets.tokens.hashes import LONGEST, normal

SHORTEST = 15  # characters, for a password that is the only factor
LARGEST_BODY = 8 * 1024  # bytes


def address(given: str) -> str:
    address_key(given)  # raises what is wrong with it
    return given


def text(given: SecretStr) -> SecretStr:
    normal(given.get_secret_value())  # a lone surrogate is no text
    return given


# --8<-- [start:bodies]
Address = Annotated[
    str, StringConstraints(max_length=254), AfterValidator(address)
]


class Credentials(BaseModel):
    """An address and a password; a long one is refused unread."""

    email: Address
    password: Annotated[
        SecretStr, Field(max_length=LONGEST), AfterValidator(text)
    ]


class NewAccount(Credentials):
    """The same; what is new has to be long enough."""

    password: Annotated[
        SecretStr,
        Field(min_length=SHORTEST, max_length=LONGEST),
        AfterValidator(text),
    ]


# --8<-- [end:bodies]


# --8<-- [start:invalid]
async def invalid(_: Request, error: Exception) -> JSONResponse:
    """Where it is wrong, without the password that was sent there."""
    assert isinstance(error, RequestValidationError)
    found: list[dict[str, Any]] = [
        {"loc": list(map(printable, one["loc"])), "type": one["type"]}
        for one in error.errors()
    ]
    return JSONResponse({"detail": found}, 422)


def printable(part: str | int) -> str:
    return str(part).encode(errors="replace").decode()


# --8<-- [end:invalid]
