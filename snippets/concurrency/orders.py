"""An order, read through a sync engine with SQLAlchemy's defaults."""

from pydantic import BaseModel
from sqlalchemy import Engine, create_engine, make_url, text

SCHEMA = """
CREATE TABLE orders AS SELECT id, 'item ' || id AS item
FROM generate_series(1, 1000) AS id;
ALTER TABLE orders ADD PRIMARY KEY (id);
"""
# --8<-- [start:order]
ORDER = text("SELECT id, item FROM orders WHERE id = :id")


class Order(BaseModel):
    id: int
    item: str


# --8<-- [end:order]


def connected(
    dsn: str, size: int = 5, overflow: int = 10, timeout_s: float = 30.0
) -> Engine:
    """An engine whose pool has SQLAlchemy's defaults, unless told."""
    return create_engine(
        make_url(dsn).set(drivername="postgresql+psycopg"),
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=timeout_s,
    )
