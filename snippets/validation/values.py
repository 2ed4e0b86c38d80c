"""Types that let in what PostgreSQL stores, and nothing else.

Running it stores one value after another and prints what the client
would be told.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
)

from snippets.validation.checks import in_utc, storable, written
from snippets.validation.rows import demonstrate

# --8<-- [start:types]
AMOUNT = r"-?[0-9]+(\.[0-9]+)?"
TIME = r"[0-9]{4}-[0-9-]{5}[Tt ][0-9:]+(\.[0-9]{1,6})?([Zz]|[+-].+)"

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
