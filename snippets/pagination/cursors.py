"""A cursor that only this service makes, for one list in one order."""

from hashlib import sha384
from typing import Annotated

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from itsdangerous import BadData, URLSafeSerializer
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    ValidationError,
)

KEYS = ["an old key, still accepted", "from the secret store"]


# --8<-- [start:cursor]
class Position(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    created_at: AwareDatetime
    id: int


Cursor = Annotated[
    str | None,  # made by `encode`: payload, a dot, 48 bytes of HMAC
    Query(max_length=256, pattern=r"^\.?[\w-]+\.[\w-]{64}$"),
]


def signer(scope: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        KEYS,
        salt=f"posts v1 {scope}",  # [!]
        signer_kwargs={
            "digest_method": sha384,
            "key_derivation": "hmac",
        },
    )


def encode(position: Position, scope: str) -> str:
    return signer(scope).dumps(position.model_dump(mode="json"))


def decode(cursor: str, scope: str) -> Position:
    try:
        return Position.model_validate(signer(scope).loads(cursor))
    except (BadData, ValidationError):
        error = {
            "type": "cursor",
            "loc": ("query", "cursor"),
            "msg": "Not a cursor of this list: begin at its first page",
            "input": cursor,
        }
        raise RequestValidationError([error]) from None


# --8<-- [end:cursor]
