"""A cursor that only this service makes, for one list in one order."""

from collections.abc import Sequence
from dataclasses import dataclass
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

from snippets.pagination.models import Post

# --8<-- [start:parameter]
Cursor = Annotated[
    str | None,  # a payload, a dot, and 48 bytes of HMAC
    Query(
        max_length=256,
        pattern=r"^\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{64}$",
    ),
]
HMAC = {"digest_method": sha384, "key_derivation": "hmac"}
# --8<-- [end:parameter]


# --8<-- [start:cursors]
class Position(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    created_at: AwareDatetime
    id: int


@dataclass(frozen=True)
class Cursors:
    keys: Sequence[str]  # the last one signs, all are accepted
    order: str  # with a version: "posts, newest first, 1"

    def signer(self, scope: str) -> URLSafeSerializer:
        return URLSafeSerializer(
            self.keys,
            salt=f"{self.order} {scope}",  # [!]
            signer_kwargs=HMAC,
        )

    def encode(self, last: Post, scope: str) -> str:
        position = Position.model_validate(last)
        payload = position.model_dump(mode="json")
        return str(self.signer(scope).dumps(payload))

    def decode(self, cursor: str, scope: str) -> Position:
        try:
            payload = self.signer(scope).loads(cursor)
            return Position.model_validate(payload)
        except (BadData, ValidationError):
            raise RequestValidationError([UNKNOWN]) from None


# --8<-- [end:cursors]
UNKNOWN = {
    "type": "cursor",
    "loc": ("query", "cursor"),
    "msg": "Not a cursor of this list: begin at its first page",
}
