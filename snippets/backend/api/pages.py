"""Pages that begin after a row, and cursors that only this service makes.

An offset counts rows, which others add and remove meanwhile: readers see some twice and others
never. A cursor is signed, for one list of one reader: nobody makes one that means something else.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from itsdangerous import BadData, URLSafeSerializer
from pydantic import BaseModel, TypeAdapter, ValidationError

from ..settings import Settings
from .schemas import Number

After = Annotated[
    str | None,  # a payload, a dot, and 48 bytes of HMAC
    Query(max_length=256, pattern=r"^\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{64}$"),
]


Item = TypeVar("Item", bound=BaseModel)
POSITION = TypeAdapter[int](Number)
UNKNOWN = {
    "type": "cursor",
    "loc": ("query", "after"),
    "msg": "Not a cursor of this list: begin at its first page",
}


class Page(BaseModel, Generic[Item]):
    """Some of a list, and where the rest of it begins."""

    items: list[Item]
    next: str | None


class Cursors:
    """The cursors of one list in one order; `scope` says which, with a version."""

    def __init__(self, settings: Settings, scope: str) -> None:
        keys = [settings.previous_secret_key, settings.secret_key]  # the last one signs
        self._signer = URLSafeSerializer(
            [key.get_secret_value() for key in keys if key],
            salt=f"cursor {scope}",
            signer_kwargs={"digest_method": hashlib.sha384, "key_derivation": "hmac"},
        )

    def position(self, cursor: str | None, first: int) -> int:
        """After which number the page begins."""
        if cursor is None:
            return first
        try:
            return POSITION.validate_python(self._signer.loads(cursor), strict=True)
        except (BadData, ValidationError):
            raise RequestValidationError([UNKNOWN]) from None

    def page(self, found: Sequence[Item], limit: int) -> Page[Item]:
        """Of one row more than fits: it says whether there is another page."""
        items = list(found[:limit])
        if len(found) <= limit:
            return Page(items=items, next=None)
        last: Any = items[-1]
        return Page(items=items, next=self._signer.dumps(last.id))
