"""Types that let in what PostgreSQL stores, and nothing else.

Running it stores one value after another and prints what the client
would be told.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
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
def storable(value: Any, levels: int = 20) -> Any:
    """No NUL, no half character, no NaN, and not too deep."""
    if isinstance(value, str):
        value.encode()  # half a character is a ValueError, too
        if "\0" in value:
            raise ValueError("has a NUL")
    elif isinstance(value, float) and not isfinite(value):
        raise ValueError("is no number of JSON")
    elif isinstance(value, dict | list):
        if levels == 0:
            raise ValueError("is nested too deeply")
        values = value.values() if isinstance(value, dict) else ()
        for part in (*value, *values):
            storable(part, levels - 1)
    return value


def written(form: str) -> BeforeValidator:
    """A string of this form: a number of JSON is binary."""

    def match(value: Any) -> Any:
        if isinstance(value, str) and re.fullmatch(form, value):
            return value
        raise ValueError("is not written as it should be")

    return BeforeValidator(match)


# --8<-- [end:checks]
def in_utc(value: datetime) -> datetime:
    if not 1 < value.year < 9999:  # asyncpg: the ends are infinity
        raise ValueError("is outside of the calendar")
    return value.astimezone(UTC)


# --8<-- [start:types]
AMOUNT = r"-?[0-9]+(\.[0-9]+)?"
TIME = (
    r"[0-9]{4}-[0-9-]{5}[Tt ][0-9:]+(\.[0-9]{1,6})?([Zz]|[+-][0-9:]+)"
)

Text = Annotated[str, Field(max_length=200), AfterValidator(storable)]
Document = Annotated[dict[str, Any], AfterValidator(storable)]
BigInt = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
Int = Annotated[int, Field(strict=True, ge=-(2**31), lt=2**31)]
Price = Annotated[
    Decimal,
    Field(max_digits=12, decimal_places=2),
    written(AMOUNT),
]
Double = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Instant = Annotated[
    AwareDatetime, AfterValidator(in_utc), written(TIME)
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
