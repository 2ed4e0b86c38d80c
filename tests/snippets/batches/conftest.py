"""A database of orders, and one of prices, for a test each."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from snippets.batches import orders, prices


@pytest.fixture
async def order_engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database that holds a hundred orders."""
    async with orders.orders(dsn) as engine:
        yield engine


@pytest.fixture
async def price_engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database that holds an empty table of prices."""
    async with prices.prices(dsn) as engine:
        yield engine
