"""Types that let in what PostgreSQL stores, and nothing else.

Running it stores one value after another and prints what the client
would be told.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
)

from snippets.validation.rows import demonstrate


# --8<-- [start:checks]
def storable(value: Any) -> Any:
    """No NUL, no half character, no NaN, at any depth."""
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    text.encode()  # what cannot be UTF-8 is a ValueError, too
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError("has a NUL")
    return value


def written(value: Any) -> Any:
    """A number of JSON is binary, and tells nothing of a zone."""
    if not isinstance(value, str):
        raise ValueError("must be a string")
    return value


def dated(value: str) -> str:
    """Not the seconds since 1970, which Pydantic takes as well."""
    if value[4:5] != "-":
        raise ValueError("must be a date and a time")
    return value


def in_utc(value: datetime) -> datetime:
    if not 1 < value.year < 9999:  # asyncpg: the ends are infinity
        raise ValueError("is outside of the calendar")
    return value.astimezone(UTC)


# --8<-- [end:checks]


# --8<-- [start:types]
Text = Annotated[str, Field(max_length=200), AfterValidator(storable)]
Document = Annotated[dict[str, Any], AfterValidator(storable)]
BigInt = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Int = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Price = Annotated[
    Decimal,
    Field(max_digits=12, decimal_places=2),
    BeforeValidator(written),
]
Double = Annotated[float, Field(allow_inf_nan=False)]
Instant = Annotated[
    AwareDatetime,
    AfterValidator(in_utc),
    BeforeValidator(dated),
    BeforeValidator(written),
]


class Sent(BaseModel):
    name: Text = ""
    document: Document = {}
    count: BigInt = 0
    small: Int = 0
    price: Price = Decimal(0)
    share: Double = 0.0
    due: Instant = datetime(2026, 11, 28, tzinfo=UTC)


# --8<-- [end:types]


def main() -> None:
    demonstrate(Sent)


if __name__ == "__main__":
    main()
