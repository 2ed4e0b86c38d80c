"""A union that tries every way to pay.

Running it prints what a client is told of one wrong amount.
"""

from typing import Any

from pydantic import TypeAdapter

from snippets.validation.payments import (
    Card,
    Invoice,
    Transfer,
    Voucher,
    tell,
)

# --8<-- [start:union]
AnyPayment = Card | Transfer | Invoice | Voucher
# --8<-- [end:union]
PAYMENTS: TypeAdapter[Any] = TypeAdapter(AnyPayment)


def main() -> None:
    tell(PAYMENTS)


if __name__ == "__main__":
    main()
