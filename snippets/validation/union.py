"""A union that looks at the kind first.

Running it prints what a client is told of one wrong amount.
"""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from snippets.validation.payments import (
    Card,
    Invoice,
    Transfer,
    Voucher,
    tell,
)

# --8<-- [start:union]
AnyPayment = Annotated[
    Card | Transfer | Invoice | Voucher, Field(discriminator="kind")
]
# --8<-- [end:union]
PAYMENTS: TypeAdapter[Any] = TypeAdapter(AnyPayment)


def main() -> None:
    tell(PAYMENTS)


if __name__ == "__main__":
    main()
