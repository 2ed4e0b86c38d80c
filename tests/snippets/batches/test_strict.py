"""A relationship with lazy="raise" is loaded when it was asked for, or not at all."""

import pytest
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import selectinload

from snippets.batches.strict import Order, first

FORGOTTEN = r"^'Order\.lines' is not available due to lazy='raise'$"


async def test_what_was_not_asked_for_raises_its_name(order_engine: AsyncEngine) -> None:
    async with AsyncSession(order_engine) as session:
        order = await first(session)
        with pytest.raises(InvalidRequestError, match=FORGOTTEN):
            _ = order.lines
        with pytest.raises(InvalidRequestError, match=FORGOTTEN):
            await order.awaitable_attrs.lines


async def test_what_was_asked_for_is_there(order_engine: AsyncEngine) -> None:
    async with AsyncSession(order_engine) as session:
        order = await first(session, selectinload(Order.lines))
        assert {line.order_id for line in order.lines} == {1}
        assert len(order.lines) == 10
