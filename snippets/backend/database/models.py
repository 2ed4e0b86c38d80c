"""The tables, as the latest migration leaves them.

What must never happen is a constraint here and no `if` in a service: two requests at once both pass
an `if`.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Integers are bigint, and instants have a time zone."""

    type_annotation_map: ClassVar = {
        int: BigInteger,
        str: Text,
        datetime: TIMESTAMP(timezone=True),
    }


class Account(Base):
    """Somebody with a password; `email_key` is what two spellings of an address share."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(server_default="customer")
    __table_args__ = (CheckConstraint("role IN ('customer', 'staff')"),)


class Session(Base):
    """A family of refresh tokens, from signing in to its end."""

    __tablename__ = "session"
    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), index=True)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RefreshToken(Base):
    """The digest of a token, which is good for once."""

    __tablename__ = "refresh_token"
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey(Session.id, ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None]


class Product(Base):
    """What is sold; `version` counts the changes of its name and price."""

    __tablename__ = "product"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    price_cents: Mapped[int]
    stock: Mapped[int]
    version: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (CheckConstraint("price_cents >= 0"), CheckConstraint("stock >= 0"))


class Order(Base):
    """What a customer ordered, under the key and with the answer of its first request."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id))
    key: Mapped[str]
    fingerprint: Mapped[bytes]  # of the request, to tell it from another under the same key
    state: Mapped[str] = mapped_column(server_default="placed")
    total_cents: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("orders_of_account", "account_id", text("id DESC")),
        CheckConstraint("state IN ('placed', 'charging', 'charged', 'delivered', 'canceled')"),
    )


class OrderLine(Base):
    """So many of a product, at the price of that moment."""

    __tablename__ = "order_line"
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id), primary_key=True)
    quantity: Mapped[int]
    price_cents: Mapped[int]
    __table_args__ = (CheckConstraint("quantity > 0"),)


class Charge(Base):
    """What the payment provider has taken: once for an order, as its key is the order."""

    __tablename__ = "charge"
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
    cents: Mapped[int]


class Delivery(Base):
    """What the carrier was told: once for an order."""

    __tablename__ = "delivery"
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), primary_key=True)
