"""What the routes take: strict, bounded, and nothing that PostgreSQL does not store.

A NUL, half a character or a number of 65 bits passes most models, and is a 500 in the database.
"""

from typing import Annotated, Self

from fastapi import Header, Path, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from ..services.accounts import address_key


def storable(given: str) -> str:
    """Refuse a NUL and half a character."""
    given.encode()  # half a character is a ValueError, too
    if "\0" in given:
        raise ValueError("has a NUL")
    return given


def address(given: str) -> str:
    """Refuse what is no address."""
    address_key(storable(given))
    return given


def secret(given: SecretStr) -> SecretStr:
    """Refuse half a character in a password."""
    given.get_secret_value().encode()
    return given


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
Address = Annotated[str, StringConstraints(max_length=254), AfterValidator(address)]
Password = Annotated[SecretStr, Field(max_length=256), AfterValidator(secret)]
NewPassword = Annotated[
    SecretStr,
    Field(min_length=15, max_length=256),
    AfterValidator(secret),
]
Number = Annotated[int, Field(ge=1, lt=2**63)]
Cents = Annotated[int, Field(ge=0, le=100_000_000)]
Quantity = Annotated[int, Field(ge=1, le=1000)]
InPath = Annotated[int, Path(ge=1, lt=2**63)]
Limit = Annotated[int, Query(ge=1, le=100)]
IdempotencyKey = Annotated[str, Header(pattern=r"^[!-~]{1,255}$")]


class Body(BaseModel):
    """Of a request: no value is converted, and no name is unknown."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Credentials(Body):
    """To sign in; a long password is refused before it is hashed."""

    email: Address
    password: Password


class NewAccount(Body):
    """The same; a password that is the only factor has to be long enough."""

    email: Address
    password: NewPassword


class Refresh(Body):
    """A token that continues a session, or ends it."""

    refresh_token: Annotated[str, Field(max_length=100)]


class NewProduct(Body):
    """What staff adds."""

    name: Text
    price_cents: Cents
    stock: Annotated[int, Field(ge=0, le=1_000_000_000)]


class ProductChange(Body):
    """What staff changes, and the version that was read before."""

    version: Number
    name: Text | None = None
    price_cents: Cents | None = None

    def values(self) -> dict[str, object]:
        """What is to be stored."""
        given = {"name": self.name, "price_cents": self.price_cents}
        return {name: value for name, value in given.items() if value is not None}


class Line(Body):
    """So many of a product."""

    product_id: Number
    quantity: Quantity


class NewOrder(Body):
    """What a customer wants, each product once."""

    lines: Annotated[list[Line], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def each_once(self) -> Self:
        """Two lines of one product would have to be added up, or one of them lost."""
        if len({line.product_id for line in self.lines}) < len(self.lines):
            raise ValueError("a product stands in two lines")
        return self

    def wanted(self) -> dict[int, int]:
        """Quantities by product."""
        return {line.product_id: line.quantity for line in self.lines}
