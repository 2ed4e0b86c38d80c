"""Ways to pay, and a payment whose amount is not a number."""

from textwrap import fill
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter, ValidationError


# --8<-- [start:models]
class Payment(BaseModel):
    cents: int


class Card(Payment):
    kind: Literal["card"]
    token: str


class Transfer(Payment):
    kind: Literal["transfer"]
    iban: str


class Invoice(Payment):
    kind: Literal["invoice"]
    address: str


class Voucher(Payment):
    kind: Literal["voucher"]
    code: str


# --8<-- [end:models]

WRONG = {"kind": "card", "token": "t", "cents": "ten"}


def problems(payments: TypeAdapter[Any]) -> list[str]:
    try:
        payments.validate_python(WRONG)
    except ValidationError as error:
        return [
            ".".join(str(part) for part in one["loc"])
            for one in error.errors()
        ]
    return []


def tell(payments: TypeAdapter[Any]) -> None:
    told = problems(payments)
    print(fill(f"told {len(told)}: {', '.join(told)}", 70))
