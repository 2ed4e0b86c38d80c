"""What the routes take: strict, bounded, and nothing that PostgreSQL does not store.

A NUL, half a character or a number of 65 bits passes most models, and is a 500 in the database.
"""

from typing import Annotated, Any, Self

from fastapi import Header, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from ..services.accounts import address_key


def storable(given: str) -> str:
    """Refuse a NUL and half a character, which cannot be encoded."""
    if b"\0" in given.encode():
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
Address = Annotated[str, Field(max_length=254), AfterValidator(address)]
Password = Annotated[SecretStr, Field(max_length=256), AfterValidator(secret)]
NewPassword = Annotated[Password, Field(min_length=15)]  # it is the only factor
Number = Annotated[int, Field(ge=1, lt=2**63)]
Cents = Annotated[int, Field(ge=0, le=100_000_000)]
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


class NewAccount(Credentials):
    """The same, with a password that has to be long enough."""

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

    def values(self) -> dict[str, Any]:
        """What is to be stored."""
        return self.model_dump(exclude={"version"}, exclude_none=True)


class Line(Body):
    """So many of a product."""

    product_id: Number
    quantity: Annotated[int, Field(ge=1, le=1000)]


class NewOrder(Body):
    """What a customer wants, each product in one line."""

    lines: Annotated[list[Line], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def each_once(self) -> Self:
        """Of two lines of one product, one would be lost."""
        if len(self.wanted()) < len(self.lines):
            raise ValueError("a product stands in two lines")
        return self

    def wanted(self) -> dict[int, int]:
        """Quantities by product."""
        return {line.product_id: line.quantity for line in self.lines}
